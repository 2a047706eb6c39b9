import type { Guard } from '../apply/doer.ts';
import { recordsAgree, recordsNow } from '../apply/guards/records-agree.ts';
import type { Source } from '../evidence/sink.ts';
import type { Action } from '../plan/action.ts';
import type { StoreReader } from '../systems/store/contract.ts';
import { type StoreUsesAgain, storeUsesAgree } from './store-uses-agree.ts';
import { survey } from './survey.ts';

/** Who may hold manifests of a storage by their digest, to be asked again while a plan is applied. */
export interface Holders {
  /** As the plan was made with: see `heldDigests`. */
  readonly sources: readonly Source[];
  /** How old an answer may be, in milliseconds. */
  readonly maxAgeMs: number;
  /** Clusters, of plans that were made by what they use. */
  readonly uses?: StoreUsesAgain;
}

export interface HoldersAgain {
  readonly guards: readonly Guard[];
  /** Asks them, if anything of the plan is theirs to hold. @throws what a source refuses for: settings or credentials that are wrong */
  readonly ask: (actions: AsyncIterable<Action>, signal: AbortSignal) => Promise<void>;
}

/** Holds back manifests that somebody holds or uses by now; who can not be asked holds back all of them. */
export function holdersAgree(
  { sources, maxAgeMs, uses }: Holders,
  store: Pick<StoreReader, 'name' | 'read'>,
  nowMs: () => number,
): HoldersAgain {
  const all = [
    ...(sources.length === 0 ? [] : [recordsOfStore(sources, maxAgeMs, store.name, nowMs)]),
    ...(uses === undefined || uses.sources.length === 0 ? [] : [storeUsesAgree(uses, store, nowMs)]),
  ];
  return {
    guards: all.map(({ guard }) => guard),
    ask: async (actions, signal) => {
      if (all.length === 0) return;
      for await (const action of actions) {
        if (action.do !== 'delete-manifest') continue;
        await Promise.all(all.map(({ ask }) => ask(signal)));
        return;
      }
    },
  };
}

function recordsOfStore(sources: readonly Source[], maxAgeMs: number, storeName: string, nowMs: () => number) {
  const read = async (signal: AbortSignal) => recordsNow((await survey(sources, nowMs, signal)).evidence);
  const { guard, ask } = recordsAgree({ read, recordsOf: () => [], nowMs, maxAgeMs });
  // A hold on a digest is said of the whole storage, and is one in each of its repositories.
  const ofStore: Guard = (action, signal) =>
    guard({ ...action, target: { ...action.target, scope: storeName } }, signal);
  return { guard: ofStore, ask };
}
