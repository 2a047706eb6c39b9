import { expect, vi } from 'vitest';
import { SOON } from './on-nodes.ts';
import type { Workshop } from './workshop.ts';

const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const signal = () => AbortSignal.timeout(30_000);

export interface CustomKind {
  readonly group: string;
  readonly kind: string;
  /** In URLs. */
  readonly resource: string;
  readonly isNamespaced: boolean;
  readonly hasStatus?: boolean;
}

/** Has the cluster know a kind, whatever its fields are, until the workshop is closed. */
export async function defineKind(shop: Workshop, wanted: CustomKind): Promise<void> {
  const { group, kind, resource, isNamespaced, hasStatus = false } = wanted;
  const name = `${resource}.${group}`;
  const version = {
    ...{ name: 'v1', served: true, storage: true },
    schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
    ...(hasStatus && { subresources: { status: {} } }),
  };
  const spec = {
    ...{ group, scope: isNamespaced ? 'Namespaced' : 'Cluster', versions: [version] },
    names: { kind, plural: resource, singular: kind.toLowerCase(), listKind: `${kind}List` },
  };
  // Kinds of a product are kept for it, unless somebody has allowed them.
  const annotations = { 'api-approved.kubernetes.io': 'unapproved, of a test' };
  const body = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name, annotations },
    spec,
  };
  await shop.api.post(CRDS, body, signal());
  shop.removeLater(`${CRDS}/${name}`);
  // It is served a little after it was made.
  await vi.waitFor(async () => {
    const answer = await shop.api.get(`/apis/${group}/v1/${resource}`, signal()).catch(() => undefined);
    expect(answer).toHaveProperty('items');
  }, SOON);
}
