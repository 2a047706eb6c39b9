import { formatDuration } from '../../util/pure/duration.ts';
import type { ChildEnd } from './run-child.ts';

/** Why a process did not do what it was to do: sentences. */
export function whyOf(
  { code, signal, outOfTime, outCut, printed, lastWords }: ChildEnd,
  deadlineMs: number,
): readonly string[] {
  if (outOfTime) return [`It was stopped: it took longer than ${formatDuration(deadlineMs)}.`];
  const { error } = printed;
  if (error !== undefined)
    return [`${error.code}: ${error.message}`, ...(error.hint === undefined ? [] : [error.hint])];
  if (code === null) return [`Its process was ended by ${signal ?? 'somebody'}, again and again.`, ...lastWords];
  if (outCut) return [`It ended with ${code}, and printed more than is kept.`, ...lastWords];
  return [`It ended with ${code}.`, ...lastWords];
}
