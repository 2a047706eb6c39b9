import { CodedError } from '../../../util/pure/coded-error.ts';
import { formatDuration, parseDuration } from '../../../util/pure/duration.ts';
import type { Candidate } from '../candidate.ts';
import { type Answer, any, no, unknown, yes } from '../truth.ts';
import { untold } from './age.ts';
import { inWords, ofImages } from './attribute.ts';
import type { Prepare, Sight } from './prepare.ts';

/** Whether a label or annotation says that its time is over: a date, or a duration since its push. */
export const expired: Prepare<'expired'> =
  ({ names }, sight) =>
  (candidate) =>
    any(
      names.map((name) =>
        ofImages(sight.view, candidate.manifest, name, (value) =>
          value === undefined ? no(`it has no ${inWords(name)}`) : isOver(name, value.trim(), candidate, sight),
        ),
      ),
    );

function isOver(name: string, value: string, candidate: Candidate, { view, beginnings }: Sight): Answer {
  const words = `its ${inWords(name)} is ${value}`;
  const dateMs = dateIn(value);
  if (dateMs !== undefined) return dateMs <= view.nowMs ? yes(words) : no(words);
  const lengthMs = durationIn(value);
  if (lengthMs === undefined) return unknown(`${words}, which is neither a date nor a duration`);
  const pushed = beginnings.of(candidate, 'pushed');
  if (pushed === undefined) return unknown(`${words}, and ${untold.pushed}`, 'age-unknown');
  const ageMs = view.nowMs - pushed.atMs;
  const since = `${words}, and it was ${pushed.what} ${formatDuration(Math.max(0, ageMs))} ago`;
  if (ageMs >= lengthMs) return yes(since);
  return pushed.what === 'first seen' ? unknown(since, 'keep-younger-than') : no(since);
}

/** RFC 3339; a day alone ends with the day. */
function dateIn(value: string): number | undefined {
  if (/^\d{4}-\d{2}-\d{2}$/.test(value)) return known(Date.parse(`${value}T23:59:59.999Z`));
  return /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/i.test(value)
    ? known(Date.parse(value))
    : undefined;
}

function known(atMs: number): number | undefined {
  return Number.isNaN(atMs) ? undefined : atMs;
}

/** Undefined for what is none, and for nothing at all: that is hardly meant. */
function durationIn(value: string): number | undefined {
  try {
    const ms = parseDuration(value);
    return ms > 0 ? ms : undefined;
  } catch (error) {
    if (error instanceof CodedError) return undefined;
    throw error;
  }
}
