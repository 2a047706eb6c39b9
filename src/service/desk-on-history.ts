import type { AccessRole } from '../config/serve-settings.ts';
import { accessRoles } from '../config/serve-settings.ts';
import type { AuditEntry, History, RunRecord, RunState } from '../systems/history/contract.ts';
import { openStates } from '../systems/history/index.ts';
import type { Desk, Person } from './desk.ts';
import { ServiceError } from './errors.ts';
import type { Log } from './log.ts';
import { raisedLimits } from './raised-limits.ts';
import { askToStop, forgetStop } from './runs/stop-notes.ts';
import { undoableStates } from './runs/undo-run.ts';
import { dueWords } from './schedule/due-times.ts';
import { policyTrials, type TryParts } from './try-policies.ts';

export interface DeskParts extends TryParts {
  readonly history: History;
  readonly nowMs: () => number;
  readonly log: Log;
  /** How long a run can be taken back. */
  readonly undoForMs: () => number;
  /** Something was written that asks for work. */
  readonly wake: () => void;
}

/** The desk of every replica alike: it writes what is wanted into the history, where whoever runs the schedules finds it. */
export function deskOnHistory(parts: DeskParts): Desk {
  const trials = policyTrials(parts);
  const office = openOffice(parts);
  return {
    start: (schedule, who) => start(parts, office, schedule, who),
    approve: (runId, who, planHash) => approve(parts, office, runId, who, planHash),
    reject: (runId, who, note) => reject(parts, office, runId, who, note),
    stop: (runId, who) => stop(parts, office, runId, who),
    undo: (runId, who) => undo(parts, office, runId, who),
    raiseLimits: (runId, who) => raiseLimits(parts, office, runId, who),
    tryPolicies: async (target, settings, who, signal) => {
      await office.assertMay(who, 'viewer', 'try policies');
      return await trials(target, settings, signal);
    },
  };
}

/** What all that can be asked has in common. */
type Office = ReturnType<typeof openOffice>;

function openOffice({ history, nowMs, settings, wake, log }: DeskParts) {
  async function note(who: Person, what: string, more: Partial<AuditEntry> = {}): Promise<void> {
    log.info('asked at the desk', { who: who.name, role: who.role, what, run_id: more.runId });
    await history.addAudit({ atMs: nowMs(), who: who.name, role: who.role, what, ...more });
  }

  async function assertMay(who: Person, least: AccessRole, what: string, runId?: string): Promise<void> {
    if (accessRoles.indexOf(who.role) >= accessRoles.indexOf(least)) return;
    await note(who, 'refused', { ...(runId === undefined ? {} : { runId }), note: what });
    throw new ServiceError(
      'ROLE_TOO_LOW',
      `asking to ${what} as ${who.name}: a ${who.role} may not, it takes an ${least}`,
    );
  }

  async function runOf(id: string): Promise<RunRecord> {
    const run = await history.run(id);
    if (run === undefined) throw new ServiceError('RUN_NOT_FOUND', `looking for run ${id}: there is none`);
    return run;
  }

  /** @throws RUN_IN_OTHER_STATE where somebody was faster */
  async function move(
    run: RunRecord,
    from: readonly RunState[],
    change: Partial<Omit<RunRecord, 'id'>> & { readonly state: RunState },
    doing: string,
  ): Promise<RunRecord> {
    const moved = await history.moveRun(run.id, from, change);
    if (moved === undefined) throw otherState(await runOf(run.id), doing);
    const data = {
      state: change.state,
      schedule: run.schedule,
      ...(moved.why === undefined ? {} : { why: moved.why }),
    };
    await history.addEvent({ atMs: nowMs(), runId: run.id, type: 'run.state', data });
    return moved;
  }

  function scheduleOf(name: string) {
    const schedule = settings().schedules.find((one) => one.name === name);
    if (schedule === undefined)
      throw new ServiceError('SCHEDULE_NOT_FOUND', `looking for the schedule ${name}: there is none`);
    return schedule;
  }

  return { note, assertMay, runOf, move, scheduleOf, addRun: (run: NewRun) => addRun({ history, nowMs, wake }, run) };
}

function otherState({ id, state, decidedBy, decidedAtMs }: RunRecord, doing: string): ServiceError {
  const by =
    decidedBy === undefined
      ? ''
      : ` (decided by ${decidedBy}${decidedAtMs === undefined ? '' : `, ${new Date(decidedAtMs).toISOString()}`})`;
  return new ServiceError('RUN_IN_OTHER_STATE', `${doing} run ${id}: it is ${state}${by}`);
}

type NewRun = Omit<RunRecord, 'id' | 'dueAtMs'>;

/** Adds a run, unless one of its schedule is under way; of two that come at one moment, the first stays. @throws RUN_UNDER_WAY */
async function addRun(
  { history, nowMs, wake }: Pick<DeskParts, 'history' | 'nowMs' | 'wake'>,
  wanted: NewRun,
): Promise<RunRecord> {
  const { schedule } = wanted;
  const openOnes = () => history.runs({ schedule, states: openStates, limit: 20 });
  const underWay = (other: RunRecord) =>
    new ServiceError('RUN_UNDER_WAY', `starting a run of ${schedule}: run ${other.id} is ${other.state}`);
  const [other] = await openOnes();
  if (other !== undefined) throw underWay(other);
  const dueAtMs = nowMs();
  const run = await claim(history, { ...wanted, id: `${schedule}-${dueWords(dueAtMs)}`, dueAtMs });
  const first = (await openOnes()).reduce(earlier, run);
  if (first.id !== run.id) {
    const why = [`Run ${first.id} of the same schedule was first.`];
    await history.moveRun(run.id, [run.state], { state: 'rejected', endedAtMs: nowMs(), why });
    throw underWay(first);
  }
  const data = { state: run.state, schedule };
  await history.addEvent({ atMs: nowMs(), runId: run.id, type: 'run.state', data });
  wake();
  return run;
}

const MOST_OF_ONE_SECOND = 100;

async function claim(history: History, run: RunRecord): Promise<RunRecord> {
  for (let n = 1; n <= MOST_OF_ONE_SECOND; n += 1) {
    const named = n === 1 ? run : { ...run, id: `${run.id}-${n}` };
    if (await history.claimRun(named)) return named;
  }
  throw new ServiceError('RUN_UNDER_WAY', `starting a run of ${run.schedule}: too many were started in this second`);
}

function earlier(a: RunRecord, b: RunRecord): RunRecord {
  return b.dueAtMs < a.dueAtMs || (b.dueAtMs === a.dueAtMs && b.id < a.id) ? b : a;
}

async function start(_: DeskParts, office: Office, name: string, who: Person): Promise<RunRecord> {
  await office.assertMay(who, 'admin', `start ${name}`);
  const { flow } = office.scheduleOf(name);
  const run = await office.addRun({ schedule: name, flow, trigger: 'person', by: who.name, state: 'planning' });
  await office.note(who, 'run', { runId: run.id });
  return run;
}

async function approve(
  { nowMs, wake }: DeskParts,
  office: Office,
  runId: string,
  who: Person,
  planHash: string,
): Promise<RunRecord> {
  await office.assertMay(who, 'approver', 'approve', runId);
  const run = await office.runOf(runId);
  if (run.state !== 'waiting') throw otherState(run, 'approving');
  if (run.planHash !== planHash)
    throw new ServiceError('PLAN_OTHER_HASH', `approving run ${runId}: its plan is ${run.planHash}, not ${planHash}`);
  if ((run.broken ?? []).length > 0)
    throw new ServiceError('PLAN_BREAKS_LIMITS', `approving run ${runId}: ${(run.broken ?? []).join('; ')}`);
  if (run.planExpiresAtMs !== undefined && run.planExpiresAtMs <= nowMs())
    throw new ServiceError(
      'PLAN_EXPIRED_BEFORE_APPROVAL',
      `approving run ${runId}: its plan was good until ${new Date(run.planExpiresAtMs).toISOString()}`,
    );
  const decided = { state: 'approved', decidedBy: who.name, decidedAtMs: nowMs() } as const;
  const approved = await office.move(run, ['waiting'], decided, 'approving');
  await office.note(who, 'approve', { runId, planHash });
  wake();
  return approved;
}

async function reject(
  { nowMs }: DeskParts,
  office: Office,
  runId: string,
  who: Person,
  note?: string,
): Promise<RunRecord> {
  await office.assertMay(who, 'approver', 'reject', runId);
  const run = await office.runOf(runId);
  const rejected = await office.move(
    run,
    ['waiting'],
    {
      ...{ state: 'rejected', decidedBy: who.name, decidedAtMs: nowMs(), endedAtMs: nowMs() },
      ...(note === undefined ? {} : { why: [...(run.why ?? []), note] }),
    },
    'rejecting',
  );
  const { planHash } = run;
  await office.note(who, 'reject', {
    ...{ runId, ...(planHash === undefined ? {} : { planHash }) },
    ...(note === undefined ? {} : { note }),
  });
  return rejected;
}

/** What nobody has begun is stopped here; whoever is at work on it finds the note. */
async function stop(
  { history, nowMs, wake }: DeskParts,
  office: Office,
  runId: string,
  who: Person,
): Promise<RunRecord> {
  await office.assertMay(who, 'approver', 'stop', runId);
  const run = await office.runOf(runId);
  const isUnderWay = ({ state, replica }: RunRecord) =>
    state === 'applying' || (state === 'planning' && replica !== undefined);
  if (!isUnderWay(run)) {
    const why = [`It was stopped by ${who.name} before it went on.`];
    const states = ['planning', 'approved', 'interrupted'] as const;
    const stopped = await office.move(run, states, { state: 'stopped', endedAtMs: nowMs(), why }, 'stopping');
    await office.note(who, 'stop', { runId });
    return stopped;
  }
  await askToStop(history, runId, who.name);
  const now = await office.runOf(runId);
  if (!isUnderWay(now) && now.state !== 'interrupted') {
    await forgetStop(history, runId); // it ended meanwhile
    throw otherState(now, 'stopping');
  }
  await office.note(who, 'stop', { runId });
  wake();
  return now;
}

async function undo({ nowMs, undoForMs }: DeskParts, office: Office, runId: string, who: Person): Promise<RunRecord> {
  await office.assertMay(who, 'approver', 'undo', runId);
  const run = await office.runOf(runId);
  const why = notUndoable(run, nowMs(), undoForMs());
  if (why !== undefined) throw new ServiceError('RUN_NOT_UNDOABLE', `undoing run ${runId}: ${why}`);
  office.scheduleOf(run.schedule);
  const { schedule, flow, target } = run;
  const undoing = await office.addRun({
    ...{ schedule, flow, trigger: 'undo', undoOf: runId, by: who.name, state: 'approved' },
    ...{ decidedBy: who.name, decidedAtMs: nowMs(), ...(target === undefined ? {} : { target }) },
  });
  await office.note(who, 'undo', { runId });
  return undoing;
}

function notUndoable(run: RunRecord, nowMs: number, undoForMs: number): string | undefined {
  const { state, flow, trigger, undoneBy, journals = [], counts, applyStartedAtMs } = run;
  if (trigger === 'undo') return 'it is an undo itself';
  if (flow === 'node-fleet') return 'what undo needs lies on the nodes: winnow undo there brings images back';
  if (!undoableStates.some((one) => one === state)) return `it is ${state}`;
  if (undoneBy !== undefined) return `${undoneBy} took it back already`;
  if (journals.length === 0 || (counts?.removed ?? 0) === 0) return 'it removed nothing';
  if (applyStartedAtMs !== undefined && applyStartedAtMs + undoForMs < nowMs) return 'its time for that is over';
  return undefined;
}

async function raiseLimits({ nowMs }: DeskParts, office: Office, runId: string, who: Person): Promise<RunRecord> {
  await office.assertMay(who, 'admin', 'raise limits', runId);
  const run = await office.runOf(runId);
  if (run.state !== 'waiting') throw otherState(run, 'raising the limits of');
  const { flow } = office.scheduleOf(run.schedule);
  const more = raisedLimits(flow, run.broken ?? []);
  if (more.length === 0)
    throw new ServiceError(
      'RUN_BREAKS_NO_LIMIT',
      `raising the limits of run ${runId}: it breaks none that can be raised`,
    );
  const why = [...(run.why ?? []), `${who.name} has it planned once more, with raised limits.`];
  const decided = { state: 'rejected', decidedBy: who.name, decidedAtMs: nowMs(), endedAtMs: nowMs(), why } as const;
  await office.move(run, ['waiting'], decided, 'raising the limits of');
  const { schedule } = run;
  const again = await office.addRun({
    ...{ schedule, flow, trigger: 'person', by: who.name, state: 'planning' },
    moreArguments: [...(run.moreArguments ?? []), ...more],
  });
  await office.note(who, 'raise-limits', { runId: again.id, note: `${more.join(' ')}, after ${runId}` });
  return again;
}
