import type { Evidence } from '../evidence/evidence.ts';
import type { ResourceId } from '../evidence/resource.ts';
import type { Source } from '../evidence/sink.ts';
import { PendingTable } from '../policy/pending-table.ts';
import type { PendingBlob } from '../systems/store/contract.ts';
import { spreadHolds } from './held-digests.ts';
import type { IdSet, PlanStoreInput, StoreSight } from './plan-store-input.ts';
import { survey } from './survey.ts';

/** What of a plan's input the first look needs. */
export type StoreLook = Pick<PlanStoreInput, 'store' | 'nowMs' | 'policy' | 'survey' | 'thorough' | 'holders'>;

/** Lets the store and all holders say what they see, and what lies about; then adds what is on its way out. */
export async function lookAtStore(input: StoreLook, signal: AbortSignal): Promise<StoreSight> {
  const { store, nowMs, policy } = input;
  const leftovers: ResourceId[] = [];
  const historySinceMs = nowMs() - policy.minBlobAgeMs;
  const onTheirWay: PendingBlob[] = [];
  for await (const one of store.pending(signal)) onTheirWay.push(one);
  const doubted = onTheirWay.filter(({ state }) => state === 'hidden').map(({ digest }) => digest);
  const source = store.source({ historySinceMs, ...input.survey, pushTimes: policy.deleteUntagged });
  const lyingAbout = store.leftovers({ thorough: input.thorough ?? true, doubted });
  const all = [source, noting(lyingAbout, leftovers), ...(policy.deleteUntagged ? input.holders : [])];
  const { evidence, sink } = await survey(all, nowMs, signal);
  spreadHolds(evidence, sink, store.name);
  const inPlace = blobsThatExist(evidence);
  const pending = new PendingTable();
  for (const { digest, ...one } of onTheirWay) {
    const id = sink.resource('blob', store.name, digest);
    pending.add(id, one);
    if (one.state === 'hidden' && !inPlace.has(id)) sink.exists(id, { sizeBytes: one.sizeBytes });
  }
  return { evidence, sink, pending, leftovers, inPlace };
}

/** A source, and the numbers of what it states. */
function noting(source: Source, ids: ResourceId[]): Source {
  return {
    name: `${source.name}, what lies about`,
    survey: (sink, signal) =>
      source.survey(
        {
          ...sink,
          exists: (id, about) => {
            ids.push(id);
            sink.exists(id, about);
          },
        },
        signal,
      ),
  };
}

function blobsThatExist({ resources, exists }: Evidence): IdSet {
  const here = new Uint8Array(resources.size);
  for (let id = 0; id < here.length; id += 1) if (resources.kind(id) === 'blob' && exists(id)) here[id] = 1;
  return { has: (id) => here[id] === 1 };
}
