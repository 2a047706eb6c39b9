import type { Source } from '../../src/evidence/sink.ts';
import { type PlannedImages, type PruneImagesInput, planPruneImages } from '../../src/flows/prune-images.ts';
import type { KubeObject } from '../../src/systems/cluster/contract.ts';
import { stateImages } from '../../src/systems/cluster/objects/image-api/state-images.ts';
import { stateUses } from '../../src/systems/cluster/objects/uses.ts';
import { memoryJournal } from '../../src/systems/journal/memory/memory-journal.ts';
import { type OcCase, policyOf } from './cases.ts';
import { toObjects } from './objects.ts';

/** The image API of the cases. */
export const API = 'openshift:api.example:6443';
export const NOW_MS = Date.UTC(2026, 0, 15, 12);

/** Plans for a world of API objects. */
export async function planObjects(
  objects: readonly KubeObject[],
  input: Pick<PruneImagesInput, 'policy'> & Partial<PruneImagesInput>,
): Promise<PlannedImages> {
  return await planPruneImages(
    {
      id: 'prune-20260115t120000z-test',
      scope: { images: { name: API, cluster: 'openshift:', registryUrl: 'https://registry.example:5000' } },
      imageApi: imagesOf(objects),
      uses: [usesOf(objects)],
      ownCluster: 'own',
      journal: memoryJournal(),
      badReferences: 'protect',
      keepIndexOfUsedChild: true,
      limits: {},
      drops: async () => [],
      clustersShown: ['openshift:'],
      expiresAfterMs: 3_600_000,
      nowMs: () => NOW_MS,
      ...input,
    },
    new AbortController().signal,
  );
}

/** Plans for a case as `oc` would: one bad reference stops the run, unless it is to be ignored. */
export async function planCase(one: OcCase, badReferences?: 'protect' | 'abort' | 'ignore'): Promise<PlannedImages> {
  const { ignoreInvalidRefs = false } = one.options;
  return await planObjects(toObjects(one, NOW_MS), {
    policy: policyOf(one),
    badReferences: badReferences ?? (ignoreInvalidRefs ? 'ignore' : 'abort'),
  });
}

/** What stateImages says of some objects, as a source. */
export function imagesOf(objects: readonly KubeObject[]): Source {
  return {
    name: API,
    survey: async (sink) => {
      const statements = stateImages(sink, API);
      for (const object of objects) statements.object(object);
      statements.done();
    },
  };
}

/** What stateUses says of some objects, as a source. @param cluster - its name. */
export function usesOf(objects: readonly KubeObject[], cluster = 'own'): Source {
  return {
    name: `cluster ${cluster}`,
    survey: async (sink) => {
      const uses = stateUses(sink, { name: cluster, mayHold: [''] }, { extractors: [] });
      for (const object of objects) uses.object(object);
    },
  };
}
