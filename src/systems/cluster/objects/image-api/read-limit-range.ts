import type { KubeObject } from '../../contract.ts';

/*
 * A LimitRange of v1, as far as it is read: how large an image of its project may be.
 *
 *   spec.limits   [{type: "openshift.io/Image", max: {storage: "1Gi"}}]
 */

/** @returns the smallest limit in bytes, if there is any; `unreadable`: a quantity of a limit of images that can't be read. */
export function readImageLimit(range: KubeObject): {
  readonly maxBytes?: number;
  readonly unreadable?: string;
} {
  const spec = range['spec'] as { readonly limits?: unknown } | null | undefined;
  const limits: readonly unknown[] = Array.isArray(spec?.limits) ? spec.limits : [];
  let maxBytes: number | undefined;
  for (const limit of limits) {
    const { type, max } = (limit ?? {}) as Limit;
    const storage = max?.['storage'];
    if (type !== 'openshift.io/Image' || storage === undefined) continue;
    const bytes = quantityBytes(storage);
    if (bytes === undefined) return { unreadable: JSON.stringify(storage) };
    maxBytes = Math.min(maxBytes ?? bytes, bytes);
  }
  return maxBytes === undefined ? {} : { maxBytes };
}

interface Limit {
  readonly type?: unknown;
  readonly max?: Readonly<Record<string, unknown>> | null;
}

const QUANTITY = /^([+]?\d+(?:\.\d*)?|[+]?\.\d+)(?:([numkMGTPE]|[KMGTPE]i)|[eE]([+-]?\d+))?$/;
const powers: Readonly<Record<string, number>> = {
  ...{ n: 1e-9, u: 1e-6, m: 1e-3, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18 },
  ...{ Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50, Ei: 2 ** 60 },
};

/** @see https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/ */
function quantityBytes(value: unknown): number | undefined {
  const match = QUANTITY.exec(String(value).trim());
  if (match === null) return undefined;
  const [, number, suffix, exponent] = match;
  return Number(number) * (suffix === undefined ? 10 ** Number(exponent ?? 0) : (powers[suffix] as number));
}
