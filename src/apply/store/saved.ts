import { CodedError } from '../../util/pure/coded-error.ts';

/** What the journal keeps of a blob whose links go. */
export interface SavedLinks {
  /** Repositories that had a link to it. */
  readonly repositories: readonly string[];
}

/** What the journal keeps of what a store removes: the store's own words, to be handed back to it. */
export interface SavedTarget {
  /** Null: it can't come back. */
  readonly target: unknown;
}

/** @throws JOURNAL_DAMAGED when a journal line does not hold what this module wrote */
export function readSavedLinks(value: unknown): SavedLinks {
  const repositories = isObject(value) ? value['repositories'] : undefined;
  if (Array.isArray(repositories) && repositories.every((one) => typeof one === 'string')) return { repositories };
  throw damaged('a list of repositories');
}

/** @throws JOURNAL_DAMAGED */
export function readSavedTarget(value: unknown): SavedTarget {
  if (isObject(value) && 'target' in value) return { target: value['target'] };
  throw damaged('what a store said of it');
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function damaged(expected: string): CodedError {
  return new CodedError('JOURNAL_DAMAGED', `reading what a run saved for undo: an entry is not ${expected}`, {
    hint: 'the other entries of the run can still be undone',
  });
}
