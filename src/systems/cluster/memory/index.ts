import type { Sink } from '../../../evidence/sink.ts';
import type { Cluster, ImageApiReader, KubeObject } from '../contract.ts';
import { imageApiKind, stateImages } from '../objects/image-api/state-images.ts';
import { findRegistryHost } from '../objects/registry-host.ts';
import { stateUses } from '../objects/uses.ts';

export interface MemoryCluster {
  readonly name: string;
  readonly mayHold?: readonly string[];
  readonly objects: readonly KubeObject[];
  /** Scripted failure: after this many objects, reading stops, and that is a gap. */
  readonly fails?: { readonly afterObjects: number; readonly cause: string; readonly hint?: string };
}

/** A cluster that is an array of objects, with a failure on demand: for tests. */
export function openMemoryCluster({ name, mayHold = [''], objects, fails }: MemoryCluster): Cluster {
  const seen = fails === undefined ? objects : objects.slice(0, fails.afterObjects);
  return {
    name,
    shown: `memory:${name}`,
    mayHold,
    uses: (options) => ({
      name: `cluster ${name}`,
      survey: async (sink, signal) => {
        const statements = stateUses(sink, { name, mayHold }, options);
        for (const object of seen) {
          signal.throwIfAborted();
          statements.object(object);
        }
        if (fails === undefined) return;
        const { cause, hint } = fails;
        for (const scope of mayHold)
          sink.gap({ scope, hides: 'holds', source: `cluster ${name}`, cause, ...(hint !== undefined && { hint }) });
      },
    }),
    imageApi: async () => imageApi(`openshift:memory:${name}`, seen),
    writableImageApi: async () => undefined,
    close: async () => {},
  };
}

function imageApi(name: string, objects: readonly KubeObject[]): ImageApiReader | undefined {
  const ofApi = objects.filter((object) => imageApiKind(object) !== undefined);
  if (!ofApi.some(({ kind }) => kind !== 'LimitRange')) return undefined;
  return {
    name,
    source: () => ({
      name,
      survey: async (sink: Sink) => {
        const statements = stateImages(sink, name);
        for (const object of ofApi) statements.object(object);
        statements.done();
      },
    }),
    registryHost: async () => {
      const finder = findRegistryHost();
      for (const object of ofApi) finder.object(object);
      return finder.host();
    },
  };
}
