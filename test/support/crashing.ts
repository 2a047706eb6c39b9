import type { Journal, RunJournal } from '../../src/systems/journal/contract.ts';
import type { Registry } from '../../src/systems/registry/contract.ts';
import type { Store } from '../../src/systems/store/contract.ts';
import { CodedError } from '../../src/util/pure/coded-error.ts';

/** Steps of a run, counted. At the chosen one the process dies: from then on nothing that it says reaches anybody. */
export interface Death {
  /** Steps so far. */
  readonly steps: number;
  readonly isDead: boolean;
  /** What it died at: `before hide`, `after append`. */
  readonly at: string;
  /** One step: dies, if it is time. */
  step(name: string): void;
}

/** @param at - the step to die at, from 1; never, if not given */
export function dieAt(at = Number.POSITIVE_INFINITY): Death {
  let steps = 0;
  let died = '';
  return {
    get steps() {
      return steps;
    },
    get isDead() {
      return steps >= at;
    },
    get at() {
      return died;
    },
    step: (name) => {
      steps += 1;
      if (steps === at) died = name;
      // The one code after which a run does nothing more, not even say that it failed.
      if (steps >= at) throw new CodedError('JOURNAL_NOT_WRITABLE', `the process died ${died}`);
    },
  };
}

/** What changes the storage. Reading leaves nothing half done. */
const changes = ['noteUnlinked', 'forget', 'unlink', 'link', 'hide', 'restore', 'purge', 'remove', 'putBack'] as const;

/** Dies before or after each change. The lock is let go as that of a dead process is: after a while. */
export function mortalStore<S extends Store>(store: S, death: Death): S {
  return withSteps(store, changes, death);
}

/** Dies before or after each request that changes something. */
export function mortalRegistry<R extends Registry>(registry: R, death: Death): R {
  return withSteps(registry, ['deleteBlob', 'deleteManifest'], death);
}

/** Dies before or after each append: what was appended stays. */
export function mortalJournal(journal: Journal, death: Death): Journal {
  const mortal = (run: RunJournal): RunJournal => withSteps(run, ['append'], death);
  return {
    ...journal,
    begin: async (runId, plan) => mortal(await journal.begin(runId, plan)),
    reopen: async (runId) => mortal(await journal.reopen(runId)),
  };
}

function withSteps<T extends object>(object: T, verbs: readonly (keyof T & string)[], death: Death): T {
  const wrapped = Object.create(object) as T;
  for (const key of Object.keys(object) as (keyof T & string)[]) {
    const value = object[key];
    if (typeof value !== 'function' || !verbs.includes(key)) continue;
    const call = async (...args: unknown[]) => {
      death.step(`before ${key}`);
      const answer = await value.apply(object, args);
      death.step(`after ${key}`);
      return answer;
    };
    Object.defineProperty(wrapped, key, { value: call, enumerable: true });
  }
  return wrapped;
}
