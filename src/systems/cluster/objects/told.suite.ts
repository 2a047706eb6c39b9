import { collectEvidence } from '../../../evidence/evidence.ts';
import type { Gap } from '../../../evidence/gap.ts';
import type { ResourceId } from '../../../evidence/resource.ts';
import type { ImageExtractor, KubeObject } from '../contract.ts';
import { stateUses } from './uses.ts';

/** What objects say, in short. */
export interface Told {
  /** References as they were written; those to image streams with `imagestream` before. Sorted. */
  readonly references: readonly string[];
  /** Words of those who hold. */
  readonly holders: readonly string[];
  /** `shop/Pod/web`: all that exist. */
  readonly workloads: readonly string[];
  readonly gaps: readonly Gap[];
}

/** States what objects of a cluster `prod` use. */
export function tell(objects: readonly unknown[], extractors: readonly ImageExtractor[] = []): Told {
  const { evidence, sink } = collectEvidence();
  const statements = stateUses(sink, { name: 'prod', mayHold: ['registry.example'] }, { extractors });
  for (const object of objects) statements.object(object as KubeObject);
  const { resources, edges, holds, gaps } = evidence;
  const ids = Array.from({ length: resources.size }, (_, id) => id as ResourceId);
  const used = new Set(Array.from({ length: edges.length }, (_, n) => edges.to[n] as ResourceId));
  return {
    references: [...used].map((id) => `${resources.scope(id) === '' ? '' : 'imagestream '}${resources.key(id)}`).sort(),
    holders: Array.from({ length: holds.length }, (_, n) => holds.by(n)),
    workloads: ids
      .filter((id) => resources.kind(id) === 'workload' && evidence.exists(id))
      .map((id) => `${resources.scope(id)}/${resources.key(id)}`.slice('prod/'.length)),
    gaps,
  };
}

export const inShop = (name: string) => ({ namespace: 'shop', name });
