import { formatResource } from '../evidence/resource.ts';
import type { Action } from '../plan/action.ts';
import type { RunJournal } from '../systems/journal/contract.ts';
import type { Lease } from '../systems/lease/contract.ts';
import { CodedError, messageOf } from '../util/pure/coded-error.ts';
import type { Check, Doer, Guard } from './doer.ts';
import type { ApplyErrorCode } from './errors.ts';
import { endLine, intendLine, outcomeLine } from './journal-entry.ts';
import { addToTally, isGone, noTally, type Outcome, stopped, type Tally } from './outcome.ts';

export interface ApplyContext {
  readonly doer: Doer;
  readonly guards: readonly Guard[];
  readonly journal: RunJournal;
  readonly lease: Lease;
  readonly nowMs: () => number;
  /** Units under way at once. */
  readonly concurrency: number;
  /** A polite stop: what is under way is finished and journaled, the rest is skipped. */
  readonly signal: AbortSignal;
  readonly onOutcome: (action: Action, outcome: Outcome) => void;
}

export interface Applied {
  readonly tally: Tally;
  /** The run was stopped before it came to the end of the plan. */
  readonly stopped: boolean;
}

/**
 * Does what a plan says, or less. For each unit, in this order: what had to go before is gone · the guards agree · the target is as
 * the plan saw it · what undo needs is in the journal, on disk · then it is done · then its outcome is in the journal.
 *
 * One unit's failure does not end the run. A lost lease or an unwritable journal does, by a throw: nothing may be done unrecorded.
 *
 * @param actions - in the plan's order; they are read as they are needed.
 */
export async function apply(actions: AsyncIterable<Action>, context: ApplyContext): Promise<Applied> {
  const applied = await applyPart(actions, context);
  await context.journal.append([endLine(context.nowMs(), applied)]);
  return applied;
}

/**
 * As {@link apply}, but the run goes on after it: the journal gets no end yet.
 *
 * @param ends - of the parts before, by number of the action: whether it is gone. This part adds its own.
 */
export async function applyPart(
  actions: AsyncIterable<Action>,
  context: ApplyContext,
  ends = new Map<number, Promise<boolean>>(),
): Promise<Applied> {
  const { signal } = context;
  const running = new Set<Promise<unknown>>();
  let tally = noTally;
  let fatal: { readonly error: unknown } | undefined;

  for await (const unit of unitsOf(actions, context.doer.batch ?? 1)) {
    if (running.size >= context.concurrency) await Promise.race(running);
    if (fatal !== undefined) break;
    const run = runUnit(unit, context, ends)
      .then((outcomes) => {
        unit.forEach((action, index) => {
          const outcome = outcomes[index] as Outcome;
          tally = addToTally(tally, outcome, action.freesBytes);
          context.onOutcome(action, outcome);
        });
        return outcomes.map(isGone);
      })
      .catch((error: unknown) => {
        fatal ??= { error };
        return unit.map(() => false);
      })
      .finally(() => running.delete(run));
    running.add(run);
    unit.forEach((action, index) => {
      ends.set(
        action.n,
        run.then((gone) => gone[index] === true),
      );
    });
  }

  await Promise.all(running);
  if (fatal !== undefined) throw fatal.error;
  return { tally, stopped: signal.aborted };
}

/** Groups actions that are one request, and those that a doer takes in batches. */
async function* unitsOf(actions: AsyncIterable<Action>, batch: number): AsyncGenerator<readonly Action[]> {
  let unit: Action[] = [];
  for await (const action of actions) {
    if (unit.length > 0 && !goesWith(unit, action, batch)) {
      yield unit;
      unit = [];
    }
    unit.push(action);
  }
  if (unit.length > 0) yield unit;
}

function goesWith(unit: readonly Action[], action: Action, batch: number): boolean {
  const [first] = unit as readonly [Action];
  if (first.unit !== undefined || action.unit !== undefined) return first.unit === action.unit;
  return unit.length < batch && action.do === first.do && action.after.every((n) => n < first.n);
}

async function runUnit(
  unit: readonly Action[],
  context: ApplyContext,
  ends: ReadonlyMap<number, Promise<boolean>>,
): Promise<readonly Outcome[]> {
  const { doer, journal, nowMs, signal } = context;
  // A stop does not cut a request in two: from here on the unit is finished under its own signal.
  const unitSignal = context.lease.lost;
  const checks = await checksFor(unit, context, ends);
  const going = unit.filter((_, index) => checks[index] === 'go');
  if (going.length === 0 || signal.aborted)
    return await told(
      unit,
      checks.map((check) => (check === 'go' ? stopped : check)),
      context,
    );

  let outcomes: readonly Outcome[];
  try {
    const prepared = await doer.prepare(going, unitSignal);
    assertHeld(context.lease);
    await journal.append(going.map((action, index) => intendLine(nowMs(), { action, saved: prepared[index] })));
    outcomes = await doer.carryOut(going, prepared, unitSignal);
  } catch (error) {
    outcomes = going.map(() => failure(error));
  }
  const byAction = new Map(going.map((action, index) => [action, outcomes[index] as Outcome]));
  return await told(
    unit,
    unit.map((action, index) => byAction.get(action) ?? (checks[index] as Outcome)),
    context,
  );
}

async function told(
  unit: readonly Action[],
  outcomes: readonly Outcome[],
  { journal, nowMs }: ApplyContext,
): Promise<readonly Outcome[]> {
  await journal.append(
    unit.map((action, index) => outcomeLine(nowMs(), { n: action.n, outcome: outcomes[index] as Outcome })),
  );
  return outcomes;
}

async function checksFor(
  unit: readonly Action[],
  context: ApplyContext,
  ends: ReadonlyMap<number, Promise<boolean>>,
): Promise<readonly Check[]> {
  const { doer, guards, lease, signal } = context;
  assertHeld(lease);
  const positions = new Set(unit.map((action) => action.n));
  const checks: Check[] = [];
  for (const action of unit) {
    const kept = await firstThatStayed(action, positions, ends);
    checks.push(kept ?? (signal.aborted ? stopped : ((await firstWord(guards, action, signal)) ?? 'go')));
  }
  if (checks.every((check) => check !== 'go')) return checks;
  try {
    const going = unit.filter((_, index) => checks[index] === 'go');
    const seen = await doer.check(going, signal);
    const byAction = new Map(going.map((action, index) => [action, seen[index] as Check]));
    const all = unit.map((action, index) => byAction.get(action) ?? (checks[index] as Check));
    return doer.takesPartOfUnit === true ? all : settle(unit, all);
  } catch (error) {
    return unit.map(() => (signal.aborted ? stopped : failure(error)));
  }
}

/**
 * A unit is one request: where one of its members must stay, so must what the request would take along. A tag that has
 * moved elsewhere is not taken along and holds nobody back.
 */
function settle(unit: readonly Action[], checks: readonly Check[]): readonly Check[] {
  const held = checks.findIndex((check) => check !== 'go' && check.result !== 'already-gone' && !isMoved(check));
  if (unit[0]?.unit === undefined || held < 0) return checks;
  const why = `${formatResource((unit[held] as Action).target)} must stay, and goes with it in one request`;
  return checks.map((check) => (check === 'go' ? { result: 'skipped', guard: 'keeper-stayed', why } : check));
}

function isMoved(outcome: Outcome): boolean {
  return outcome.result === 'skipped' && outcome.guard === 'target-changed';
}

async function firstThatStayed(
  action: Action,
  unit: ReadonlySet<number>,
  ends: ReadonlyMap<number, Promise<boolean>>,
): Promise<Outcome | undefined> {
  for (const n of action.after) {
    if (unit.has(n)) continue;
    const gone = await ends.get(n);
    if (gone !== true)
      return { result: 'skipped', guard: 'keeper-stayed', why: `action ${n}, which had to come first, was not done` };
  }
  return undefined;
}

async function firstWord(guards: readonly Guard[], action: Action, signal: AbortSignal): Promise<Outcome | undefined> {
  for (const guard of guards) {
    const word = await guard(action, signal);
    if (word !== undefined) return word;
  }
  return undefined;
}

/** What became of an action that threw. @throws the error itself, when nothing may be done any more */
export function failure(error: unknown): Outcome {
  if (error instanceof CodedError && fatalCodes.has(error.code)) throw error;
  const unexpected: ApplyErrorCode = 'UNEXPECTED';
  return { result: 'failed', code: error instanceof CodedError ? error.code : unexpected, why: messageOf(error) };
}

/** After these nothing may be done any more: it could not be recorded, or somebody else is at work. */
const fatalCodes: ReadonlySet<string> = new Set(['JOURNAL_NOT_WRITABLE', 'LEASE_LOST']);

function assertHeld(lease: Lease): void {
  if (lease.lost.aborted)
    throw new CodedError('LEASE_LOST', `working under the lease of ${lease.scope}: it was lost`, {
      hint: 'see who holds it, then run again',
    });
}
