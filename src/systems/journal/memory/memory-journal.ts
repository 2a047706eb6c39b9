import { CodedError } from '../../../util/pure/coded-error.ts';
import type { Journal, JournalLine, RunJournal } from '../contract.ts';
import { type JournalErrorCode, journalErrors } from '../errors.ts';
import { decodeLine, encodeLine } from '../line-codec.ts';
import { requireRunId } from '../run-id.ts';

export interface MemoryJournalScript {
  /** This call of `append`, counted from 1 over all runs, fails with JOURNAL_NOT_WRITABLE, and all later ones of its run too. */
  readonly failAtAppend?: number;
  /** Whether the lines of the failing append are lost (default), or stand although nobody was told so. */
  readonly failingLines?: 'lost' | 'written';
}

/** Journals that end with the process: for tests, and for the demonstration. */
export function memoryJournal(script: MemoryJournalScript = {}): Journal {
  const stored = new Map<string, string[]>();
  const plans = new Map<string, readonly string[]>();
  let appendCount = 0;

  function writer(runId: string, lines: string[]): RunJournal {
    let failure: CodedError<JournalErrorCode> | undefined;
    let closed = false;
    return {
      runId,
      async append(added) {
        if (closed) throw new Error('appending to a journal that was closed');
        if (failure !== undefined) throw failure;
        const encoded = added.map(encodeLine);
        appendCount += 1;
        if (appendCount === script.failAtAppend) failure = scripted(runId, appendCount);
        if (failure === undefined || script.failingLines === 'written') lines.push(...encoded);
        if (failure !== undefined) throw failure;
      },
      async close() {
        closed = true;
      },
    };
  }

  function linesOf(runId: string): string[] {
    requireRunId(runId);
    const lines = stored.get(runId);
    if (lines === undefined)
      throw coded('JOURNAL_NO_SUCH_RUN', `reading the run ${runId}: there is none of this id in memory`);
    return lines;
  }

  return {
    async begin(runId, plan) {
      requireRunId(runId);
      if (stored.has(runId)) throw coded('JOURNAL_RUN_EXISTS', `starting the run ${runId}: it is in memory already`);
      const lines: string[] = [];
      stored.set(runId, lines);
      plans.set(runId, [...plan]);
      return writer(runId, lines);
    },
    reopen: async (runId) => writer(runId, linesOf(runId)),
    runs: async () => [...stored.keys()].sort().reverse(),
    async *read(runId) {
      for (const line of linesOf(runId)) yield decodeLine(line) as JournalLine;
    },
    async *readBackwards(runId) {
      for (const line of linesOf(runId).toReversed()) yield decodeLine(line) as JournalLine;
    },
    async *plan(runId) {
      linesOf(runId);
      for (const line of plans.get(runId) ?? []) yield line.trimEnd();
    },
    async forget(runId) {
      requireRunId(runId);
      stored.delete(runId);
      plans.delete(runId);
    },
  };
}

function scripted(runId: string, count: number): CodedError<JournalErrorCode> {
  return coded('JOURNAL_NOT_WRITABLE', `writing the journal of ${runId}: append ${count} was told to fail`);
}

function coded(code: JournalErrorCode, message: string): CodedError<JournalErrorCode> {
  return new CodedError(code, message, { hint: journalErrors[code].hint });
}
