import type { JournalLine } from '../../systems/journal/contract.ts';
import type { IntendEntry, OutcomeEntry } from '../journal-entry.ts';
import { readSaved, type SavedBlob } from './saved.ts';

/**
 * A journal, the last line first, without the data of blobs of which nothing has to be brought back by itself: what was not deleted by this
 * run, and what comes back with a link to it.
 */
export async function* restorableLines(lines: AsyncIterable<JournalLine>): AsyncGenerator<JournalLine> {
  const untouched = new Set<number>();
  for await (const line of lines) {
    if (line.kind === 'outcome') {
      const { n, outcome } = line.data as OutcomeEntry;
      if (outcome.result !== 'done') untouched.add(n);
    }
    if (line.kind === 'intend') {
      const { action, saved } = line.data as IntendEntry;
      const wasDone = !untouched.delete(action.n);
      if (action.do === 'delete-blob' && !(wasDone && isForGood(saved))) continue;
    }
    yield line;
  }
}

function isForGood(saved: unknown): boolean {
  return readSaved<SavedBlob>(saved).comesBackWithLink !== true;
}
