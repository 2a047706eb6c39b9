import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { History, RunRecord } from '../../../systems/history/contract.ts';
import { ServiceError } from '../../errors.ts';
import type { Call } from './route.ts';

const REMEMBERED_FOR_MS = 24 * 3_600_000;
const MOST_REMEMBERED = 100;
const KEY = 'http.idempotency';

const startedSchema = z.array(
  z.strictObject({ key: z.string(), what: z.string(), runId: z.string(), atMs: z.number() }),
);
type Started = z.output<typeof startedSchema>;

/**
 * Starts a run; once for each `Idempotency-Key` of a person, whichever replica is asked.
 *
 * @throws IDEMPOTENCY_KEY_REUSED, and what the desk throws
 */
export async function startOnce({ parts, person, context }: Call, schedule: string): Promise<RunRecord> {
  const { desk, history, nowMs } = parts;
  const key = context.req.header('idempotency-key');
  if (key === undefined) return await desk.start(schedule, person);
  if (!/^[\x21-\x7e]{1,200}$/.test(key))
    throw new ServiceError('REQUEST_INVALID', 'reading Idempotency-Key: it has other characters, or more than 200');
  const mark = { key: digestOf(key), what: digestOf(JSON.stringify([person.name, schedule])) };

  const before = await startedBy(history, mark, nowMs());
  if (before !== undefined) return before;
  let run: RunRecord;
  try {
    run = await desk.start(schedule, person);
  } catch (failure) {
    // The same request at the same time: one of the two began the run.
    const meanwhile = isUnderWay(failure) ? await startedBy(history, mark, nowMs()) : undefined;
    if (meanwhile === undefined) throw failure;
    return meanwhile;
  }
  await remember(history, { ...mark, runId: run.id, atMs: nowMs() });
  return run;
}

async function startedBy(
  history: History,
  { key, what }: { readonly key: string; readonly what: string },
  nowMs: number,
): Promise<RunRecord | undefined> {
  const known = readStarted(await history.noted(KEY)).find((one) => one.key === key);
  if (known === undefined || nowMs - known.atMs > REMEMBERED_FOR_MS) return undefined;
  if (known.what === what) return await history.run(known.runId);
  throw new ServiceError('IDEMPOTENCY_KEY_REUSED', 'reading Idempotency-Key: it began another run');
}

async function remember(history: History, started: Started[number]): Promise<void> {
  const believed = await history.noted(KEY);
  const fresh = readStarted(believed).filter(({ atMs }) => started.atMs - atMs <= REMEMBERED_FOR_MS);
  const list = [...fresh, started].slice(-MOST_REMEMBERED);
  if (!(await history.swapNote(KEY, believed, JSON.stringify(list)))) await remember(history, started);
}

function readStarted(text: string | undefined): Started {
  return text === undefined ? [] : startedSchema.parse(JSON.parse(text));
}

function isUnderWay(failure: unknown): boolean {
  return failure instanceof ServiceError && failure.code === 'RUN_UNDER_WAY';
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}
