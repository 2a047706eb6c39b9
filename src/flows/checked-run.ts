import type { RunReport } from '../apply/run-report.ts';
import type { Gap } from '../evidence/gap.ts';
import { type Damage, damageKey } from '../graph/damage-kinds.ts';
import type { CheckedRun, RunCheck } from '../report/fsck/run-check.ts';
import { CodedError, messageOf } from '../util/pure/coded-error.ts';
import { lookTwice } from './fsck.ts';
import type { StoreLookInput } from './store-under-check.ts';
import { gapsNotTold } from './unseen.ts';

export interface RunCheckInput extends StoreLookInput {
  /** Between two looks at what seems to be wrong: much longer than a server takes to write a manifest and its links, one after the other. */
  readonly pauseMs: number;
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
}

/**
 * Does a run between two checks of its storage, as `fsck` makes them. What was broken before does not stop it: what cannot be read keeps
 * everything that it could name. What it is told as new is there twice, with a pause between. The caller holds the lock on the storage, so
 * that nothing of it is another run's.
 *
 * @param signal - ends the looks at once. After the run that costs the second check, never the report.
 * @throws STORE_WALK_FAILED before anything is done; what the run throws
 */
export async function checkedRun<Report extends RunReport>(
  input: RunCheckInput,
  run: () => Promise<Report>,
  signal: AbortSignal,
): Promise<Report & CheckedRun> {
  const before = await look(input, () => false, signal);
  const report = await run();
  return { ...report, check: await checkAfter(input, before, signal) };
}

async function checkAfter(input: RunCheckInput, before: Seen, signal: AbortSignal): Promise<RunCheck> {
  try {
    const known = knownFrom(before.damage);
    return compare(before, await look(input, (one) => known.has(damageKey(one)), signal));
  } catch (error) {
    if (!signal.aborted && !(error instanceof CodedError)) throw error;
    const notLooked = error instanceof CodedError ? messageOf(error) : 'it was stopped';
    return { before: before.damage, appeared: [], healed: [], unseen: [], notLooked };
  }
}

interface Seen {
  readonly damage: readonly Damage[];
  /** What could not be looked at. */
  readonly unseen: readonly Gap[];
}

async function look(input: RunCheckInput, isKnown: (damage: Damage) => boolean, signal: AbortSignal): Promise<Seen> {
  const pause = () => input.wait(input.pauseMs, signal);
  const { under, damage } = await lookTwice(input, signal, { isKnown, pause });
  return { damage, unseen: gapsNotTold(under.evidence.gaps, damage, under.name) };
}

function compare(before: Seen, after: Seen): RunCheck {
  const known = knownFrom(before.damage);
  const now = new Set(after.damage.flatMap(namesOf));
  const gaps = new Set(before.unseen.map(gapKey));
  return {
    before: before.damage,
    appeared: after.damage.filter((one) => !known.has(damageKey(one))),
    healed: before.damage.filter((one) => !namesOf(one).some((key) => now.has(key))),
    unseen: after.unseen.filter((gap) => !gaps.has(gapKey(gap))),
  };
}

function knownFrom(damage: readonly Damage[]): ReadonlySet<string> {
  return new Set(damage.flatMap(namesOf));
}

/**
 * What the same damage may be called by at another time: while data is missing nobody asks for the link to it, so that a missing link is
 * nothing new where the data was missing before. The other way round it is: a link was missing, and now the data is gone.
 */
function namesOf(one: Damage): readonly string[] {
  const others = one.kind === 'blob-without-data' ? (['data-hidden', 'link-missing', 'link-empty'] as const) : [];
  return [one, ...others.map((kind) => ({ ...one, kind }))].map(damageKey);
}

function gapKey({ scope, hides, cause }: Gap): string {
  return `${scope} ${hides} ${cause}`;
}
