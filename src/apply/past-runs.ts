import type { Resource } from '../evidence/resource.ts';
import type { Source } from '../evidence/sink.ts';
import { type Digest, isDigest } from '../oci/digest.ts';
import type { ActionKind } from '../plan/action.ts';
import { decodePlan } from '../plan/codec.ts';
import { systemName } from '../plan/plan.ts';
import type { Journal, JournalLine } from '../systems/journal/contract.ts';
import { CodedError } from '../util/pure/coded-error.ts';
import type { EndEntry, OutcomeEntry } from './journal-entry.ts';
import { isGone } from './outcome.ts';
import { readRun } from './run-story.ts';

const RUNS_LOOKED_AT = 50;

/** What earlier runs on a registry had begun to remove: manifests from which they took away all that kept them. */
export interface PastRuns {
  /** States `retires` alone: whatever is in use again is held by others. */
  readonly source: Source;
  /** Manifests of a repository that may still be there, though nothing names them any longer: the run was cut short, or failed. */
  leftBehind(repository: string): readonly Digest[];
}

/** @param host - of the registry that is surveyed; runs on others are passed over. */
export async function readPastRuns(journal: Journal, host: string): Promise<PastRuns> {
  const released: Released[] = [];
  for (const runId of (await journal.runs()).slice(0, RUNS_LOOKED_AT))
    released.push(...(await releasedBy(journal, runId, host, ['delete-manifest'])));
  return {
    source: {
      name: 'earlier runs',
      survey: async (sink) => {
        for (const { runId, target } of released)
          sink.retires(sink.resource('manifest', target.scope, target.key), `run ${runId} had begun to remove it`);
      },
    },
    leftBehind: (repository) =>
      released
        .filter(({ target, confirmed }) => !confirmed && target.scope === `${host}/${repository}`)
        .map(({ target }) => target.key)
        .filter(isDigest),
  };
}

/**
 * What earlier runs on an OpenShift image API, this one too once it has begun, had begun to remove: links of repositories to which no item
 * leads any longer, and Images whose items they took out of all histories. Data that is named by no Image any more is left to `hard-prune`:
 * it may have been pushed again since.
 *
 * @returns a source that `retires` them, and states that such links are there; what is in use, or listed again, is held by others.
 */
export async function readPastImageRuns(journal: Journal, apiName: string): Promise<Source> {
  const kinds: readonly ActionKind[] = ['delete-manifest-link', 'delete-layer-link', 'delete-image'];
  const released: Released[] = [];
  for (const runId of (await journal.runs()).slice(0, RUNS_LOOKED_AT)) {
    if (await didAll(journal, runId)) continue;
    for (const one of await releasedBy(journal, runId, apiName, kinds)) if (!one.confirmed) released.push(one);
  }
  return {
    name: 'earlier runs',
    survey: async (sink) => {
      for (const { runId, target } of released) {
        const id = sink.resource(target.kind, target.scope, target.key);
        // Whether an Image is there, its API tells; of links, nobody else does.
        if (target.kind !== 'image-object') sink.exists(id, {});
        sink.retires(id, `run ${runId} had begun to remove it`);
      }
    },
  };
}

/** Whether a run came to its end and left nothing of its plan undone: seen by its last line, without reading what may be long. */
async function didAll(journal: Journal, runId: string): Promise<boolean> {
  try {
    for await (const { kind, data } of journal.readBackwards(runId)) {
      if (kind !== 'end') return kind === 'undone';
      const { tally, stopped } = data as EndEntry;
      return tally.failed === 0 && !stopped;
    }
    return false;
  } catch (error) {
    if (error instanceof CodedError && harmless.has(error.code)) return false;
    throw error;
  }
}

interface Released {
  readonly runId: string;
  readonly target: Resource;
  /** The journal says that it is gone. */
  readonly confirmed: boolean;
}

/** A journal that can't be read, or is gone meanwhile, releases nothing: that can only keep more. */
async function releasedBy(
  journal: Journal,
  runId: string,
  system: string,
  kinds: readonly ActionKind[],
): Promise<readonly Released[]> {
  try {
    const begun = new Set<number>();
    const gone = new Set<number>();
    const lines = notingGone(journal.read(runId), gone);
    const { begin, undoneAtMs } = await readRun(runId, lines, ({ action }) => void begun.add(action.n));
    if (systemName(begin.header.scope) !== system || begun.size === 0 || undoneAtMs !== undefined) return [];
    const { actions } = await decodePlan(journal.plan(runId));
    const released: Released[] = [];
    for await (const { n, do: kind, target, after } of actions) {
      if (!kinds.includes(kind)) continue;
      if (!begun.has(n) && !(after.length > 0 && after.every((one) => begun.has(one)))) continue;
      begun.add(n); // what only this one kept is released as well
      released.push({ runId, target, confirmed: gone.has(n) });
    }
    return released;
  } catch (error) {
    if (error instanceof CodedError && harmless.has(error.code)) return [];
    throw error;
  }
}

/** Passes a journal's lines on. @param gone - gets the numbers of the actions whose targets are gone, also of those that somebody else removed */
async function* notingGone(lines: AsyncIterable<JournalLine>, gone: Set<number>): AsyncGenerator<JournalLine> {
  for await (const line of lines) {
    if (line.kind === 'outcome') {
      const { n, outcome } = line.data as OutcomeEntry;
      if (isGone(outcome)) gone.add(n);
    }
    yield line;
  }
}

const harmless: ReadonlySet<string> = new Set([
  ...['JOURNAL_DAMAGED', 'JOURNAL_NO_SUCH_RUN', 'JOURNAL_NOT_READABLE'],
  ...['PLAN_MALFORMED', 'PLAN_CUT_SHORT', 'PLAN_CHANGED', 'PLAN_VERSION'],
]);
