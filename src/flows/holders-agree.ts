import type { Guard } from '../apply/doer.ts';
import { recordsAgree, recordsNow } from '../apply/guards/records-agree.ts';
import type { Source } from '../evidence/sink.ts';
import type { Action } from '../plan/action.ts';
import { survey } from './survey.ts';

/** Who may hold manifests of a storage by their digest, to be asked again while a plan is applied. */
export interface Holders {
  /** As the plan was made with: see `heldDigests`. */
  readonly sources: readonly Source[];
  /** How old an answer may be, in milliseconds. */
  readonly maxAgeMs: number;
}

export interface HoldersAgain {
  readonly guards: readonly Guard[];
  /** Asks them, if anything of the plan is theirs to hold. @throws what a source refuses for: settings or credentials that are wrong */
  readonly ask: (actions: AsyncIterable<Action>, signal: AbortSignal) => Promise<void>;
}

/** Holds back manifests that somebody holds by now; who can not be asked holds back all of them. */
export function holdersAgree({ sources, maxAgeMs }: Holders, storeName: string, nowMs: () => number): HoldersAgain {
  if (sources.length === 0) return { guards: [], ask: async () => undefined };
  const read = async (signal: AbortSignal) => recordsNow((await survey(sources, nowMs, signal)).evidence);
  const { guard, ask } = recordsAgree({ read, recordsOf: () => [], nowMs, maxAgeMs });
  return {
    // A hold on a digest is said of the whole storage, and is one in each of its repositories.
    guards: [(action, signal) => guard({ ...action, target: { ...action.target, scope: storeName } }, signal)],
    ask: async (actions, signal) => {
      for await (const action of actions) {
        if (action.do !== 'delete-manifest') continue;
        await ask(signal);
        return;
      }
    },
  };
}
