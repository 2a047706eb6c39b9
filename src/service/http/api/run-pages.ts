import type { History, RunQuery, RunRecord } from '../../../systems/history/contract.ts';
import { ServiceError } from '../../errors.ts';

/** Runs that are due at the same moment; more of them than this can't be told apart by the cursor. */
const MOST_AT_ONCE = 500;

export interface RunPage {
  readonly items: readonly RunRecord[];
  readonly next?: string;
}

/**
 * One page of runs, newest first. The cursor names the last run of the page before: when that was due, and which it was, as several may
 * be due at once.
 *
 * @throws REQUEST_INVALID for a cursor of another make
 */
export async function runPageOf(
  history: Pick<History, 'runs'>,
  query: Omit<RunQuery, 'dueBeforeMs' | 'limit'>,
  limit: number,
  before: string | undefined,
): Promise<RunPage> {
  const after = before === undefined ? undefined : readCursor(before);
  const found = await history.runs({
    ...query,
    ...(after !== undefined && { dueBeforeMs: after.dueAtMs + 1 }),
    limit: limit + 1 + (after === undefined ? 0 : MOST_AT_ONCE),
  });
  const rest = after === undefined ? found : behind(found, after);
  const items = rest.slice(0, limit);
  const last = items.at(-1);
  return { items, ...(rest.length > limit && last !== undefined && { next: `${last.dueAtMs}~${last.id}` }) };
}

interface Cursor {
  readonly dueAtMs: number;
  readonly id: string;
}

function behind(found: readonly RunRecord[], { dueAtMs, id }: Cursor): readonly RunRecord[] {
  const at = found.findIndex((run) => run.id === id);
  // The run may have been forgotten meanwhile: then all of its moment come again, rather than none.
  return at >= 0 ? found.slice(at + 1) : found.filter((run) => run.dueAtMs <= dueAtMs);
}

function readCursor(text: string): Cursor {
  const [, dueAtMs, id] = /^(\d{1,15})~(.{1,200})$/.exec(text) ?? [];
  if (dueAtMs !== undefined && id !== undefined) return { dueAtMs: Number(dueAtMs), id };
  throw new ServiceError('REQUEST_INVALID', 'reading the query: "before" is not the `next` of a page');
}
