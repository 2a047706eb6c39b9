import type { History, RunRecord, RunState } from '../../systems/history/contract.ts';
import { CodedError, messageOf } from '../../util/pure/coded-error.ts';
import { wait } from '../../util/wait.ts';
import type { RunnerParts } from './runner-parts.ts';

/** Whether the history does not answer for now. */
export function isUnavailable(error: unknown): boolean {
  return error instanceof CodedError && error.code === 'HISTORY_UNAVAILABLE';
}

/** Somebody else saved the same at the same time: a replica that had lost the lease and was still at it, a run about the same registry. */
export function isOvertaken(error: unknown): boolean {
  return error instanceof CodedError && error.code === 'HISTORY_OVERTAKEN';
}

const MOST_OVERTAKEN = 10;

/**
 * Asks the history until it answers: a result that it can't take now would be lost.
 *
 * @param gone - ends the waiting, and keeps anything from being asked. @throws its reason; what is no HISTORY_UNAVAILABLE
 */
export async function patiently<T>(
  { log, times }: Pick<RunnerParts, 'log' | 'times'>,
  gone: AbortSignal,
  ask: (attempt: number) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    gone.throwIfAborted();
    try {
      return await ask(attempt);
    } catch (error) {
      if (!isUnavailable(error) && !(isOvertaken(error) && attempt < MOST_OVERTAKEN)) throw error;
      if (isOvertaken(error)) log.info('what was being saved is saved again', { why: messageOf(error) });
      else if (attempt === 1) log.warn('the history can not be reached', { why: messageOf(error) });
      await wait(times.retryMs, gone);
    }
  }
}

type Change = Partial<Omit<RunRecord, 'id'>>;
type Writer = Pick<RunnerParts, 'history' | 'log' | 'times' | 'nowMs'>;

/** Moves a run, and tells who listens. @returns undefined where it is in another state by now: somebody else has decided. */
export async function moveTo(
  parts: Writer,
  gone: AbortSignal,
  id: string,
  from: readonly RunState[],
  change: Change & { readonly state: RunState },
): Promise<RunRecord | undefined> {
  const { history, nowMs } = parts;
  const moved = await patiently(parts, gone, async (attempt) => {
    const done = await history.moveRun(id, from, change);
    return done ?? (attempt === 1 ? undefined : await movedBefore(history, id, change));
  });
  if (moved === undefined) return undefined;
  const { state, schedule, why } = moved;
  const data = { state, schedule, ...(why === undefined ? {} : { why }) };
  await patiently(parts, gone, () => history.addEvent({ atMs: nowMs(), runId: id, type: 'run.state', data }));
  return moved;
}

/** Of an attempt whose answer was lost. */
async function movedBefore(history: History, id: string, change: Change): Promise<RunRecord | undefined> {
  const run = await history.run(id);
  const isAsWanted =
    run !== undefined &&
    Object.entries(change).every(([key, value]) => {
      const held = run[key as keyof RunRecord];
      return value === undefined || JSON.stringify(held) === JSON.stringify(value);
    });
  return isAsWanted ? run : undefined;
}
