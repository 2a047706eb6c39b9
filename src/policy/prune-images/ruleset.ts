import type { ResourceKind } from '../../evidence/resource.ts';
import type { Ruleset } from '../decide.ts';
import { endedPod } from './ended-pod.ts';
import { imageObject } from './image-object.ts';
import type { PruneImagesPolicy } from './policy.ts';
import { streamItem } from './stream-item.ts';

/**
 * What of an OpenShift image API goes. Items of tags' histories by their rules; links of a repository when no item of it that stays leads to
 * them; Images when no item that stays names them and nobody uses them; data when no Image that stays needs it.
 */
export function pruneImagesRuleset(policy: PruneImagesPolicy): Ruleset {
  const inRegistry: ResourceKind[] = ['revision-link', 'layer-link'];
  const dataGoes = policy.pruneRegistry && policy.keepBlobs !== true;
  const acrossNamespaces: ResourceKind[] = ['image-object', ...(dataGoes ? ['blob' as const] : [])];
  return {
    deletable: new Set([
      'stream-item',
      ...(policy.pruneRegistry ? inRegistry : []),
      ...(policy.namespace === undefined ? acrossNamespaces : []),
    ]),
    ruled: new Set(['stream-item', 'image-object', 'workload']),
    passive: new Set(['workload', 'image-reference']),
    rules: [endedPod(policy), streamItem(policy), imageObject(policy)],
  };
}
