import type { KubeObject } from '../contract.ts';
import { objectTimeMs } from './image-api/object-time.ts';

/** Takes objects of an image API one by one, in any order, and finds where its integrated registry is. */
export interface RegistryHostFinder {
  object(object: KubeObject): void;
  /** The host in the pull spec of the newest managed Image; without one, of the newest ImageStream that has a repository. */
  host(): string | undefined;
}

export function findRegistryHost(): RegistryHostFinder {
  const images = newest();
  const streams = newest();
  return {
    object: (object) => {
      const createdAtMs = objectTimeMs(object.metadata?.creationTimestamp) ?? 0;
      if (object.kind === 'Image') {
        const isManaged = object.metadata?.annotations?.['openshift.io/image.managed'] === 'true';
        if (isManaged) images.offer(createdAtMs, hostIn(object['dockerImageReference']));
      } else if (object.kind === 'ImageStream') {
        const { dockerImageRepository } = (object['status'] ?? {}) as { readonly dockerImageRepository?: unknown };
        streams.offer(createdAtMs, hostIn(dockerImageRepository));
      }
    },
    host: () => images.found() ?? streams.found(),
  };
}

function newest() {
  let best: { readonly atMs: number; readonly host: string } | undefined;
  return {
    offer: (atMs: number, host: string | undefined) => {
      if (host !== undefined && (best === undefined || atMs > best.atMs)) best = { atMs, host };
    },
    found: () => best?.host,
  };
}

/** `registry.example:5000` of `registry.example:5000/shop/web@sha256:…`. A first part without dot and port is no host. */
function hostIn(reference: unknown): string | undefined {
  if (typeof reference !== 'string') return undefined;
  const [first = '', ...rest] = reference.split('/');
  return rest.length > 0 && /^[A-Za-z0-9.[\]:-]+$/.test(first) && /[.:]|^localhost$/.test(first) ? first : undefined;
}
