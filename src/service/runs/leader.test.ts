import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { type Script, scriptedWinnow } from '../../../test/support/scripted-winnow.ts';
import { admin, eventually, scheduleNamed, serveSettings, startRig } from '../../../test/support/service-rig.ts';
import { makeTempFolder } from '../../../test/support/temp-folder.ts';
import type { ScheduleSettings } from '../../config/serve-settings.ts';
import type { History, RunRecord } from '../../systems/history/contract.ts';
import { historyError } from '../../systems/history/errors.ts';
import { histories } from '../../systems/history/index.ts';
import { leaseKeepers } from '../../systems/lease/index.ts';

function rig(script: Script = {}, schedules: readonly ScheduleSettings[] = [scheduleNamed('a')], parallel = 2) {
  const winnow = scriptedWinnow(script);
  const history = histories.memory();
  const leases = leaseKeepers.memory();
  const stateDir = makeTempFolder('state');
  const settings = () => serveSettings(schedules, { parallel });
  const replica = (more: Partial<Parameters<typeof startRig>[0]> = {}) =>
    startRig({ history, leases, winnow, stateDir, settings, ...more });
  return { winnow, history, leases, stateDir, replica };
}

/** A run of before, so that the next one is not the first. */
async function appliedBefore(history: History, schedule = 'a', more: Partial<RunRecord> = {}): Promise<void> {
  await history.claimRun({
    ...{ id: `${schedule}-before`, schedule, flow: 'prune', trigger: 'schedule', dueAtMs: 1, state: 'done' },
    ...{ counts: { found: 100, planned: 3, removed: 3 }, plannedBytes: 30, endedAtMs: Date.now(), ...more },
  });
}

const approver = { name: 'ben', role: 'approver' } as const;

describe('a run that is started', () => {
  test('is planned, and where it is as ever applied: exactly that plan', async () => {
    const { winnow, history, replica } = rig();
    await appliedBefore(history);
    const service = replica();

    const { id } = await service.desk.start('a', admin);
    const run = await service.until(id, 'done');

    expect(run).toMatchObject({
      ...{ trigger: 'person', by: 'ada', decidedBy: 'the schedule', target: 'registry.example:5000', exitCode: 0 },
      ...{
        counts: { found: 100, planned: 3, removed: 3, skipped: 0, failed: 0 },
        freedBytes: 30,
        replica: 'replica-1',
      },
    });
    expect(winnow.calls().map(({ args }) => args[0])).toEqual(['prune', 'apply']);
    expect(winnow.deletions()).toHaveLength(3);
    const rows = await history.planRows(id, { limit: 10 });
    expect(rows.map(({ n, target, group, outcome }) => `${n} ${group} ${target} ${outcome}`)).toEqual([
      ...[1, 2, 3].map((n) => `${n - 1} team/app registry.example:5000/team/app:v${n} done`),
    ]);
    const states = (await history.events({ runId: id, limit: 100 })).filter(({ type }) => type === 'run.state');
    expect(states.map(({ data }) => data['state'])).toEqual(['planning', 'planning', 'approved', 'applying', 'done']);
    expect(await history.report(id)).toContain('"RunReport"');
  });

  test('waits when it is the first, tells why, and is applied once a person has approved it', async () => {
    const { winnow, replica } = rig();
    const service = replica();
    const { id } = await service.desk.start('a', admin);
    const waiting = await service.until(id, 'waiting');

    await expect(service.desk.approve(id, approver, 'f'.repeat(64))).rejects.toMatchObject({ code: 'PLAN_OTHER_HASH' });
    await service.desk.approve(id, approver, waiting.planHash ?? '');
    const run = await service.until(id, 'done');

    expect(waiting.why).toEqual(['It is the first of this schedule: none was applied before.']);
    expect(run).toMatchObject({ decidedBy: 'ben', why: [] });
    expect(winnow.deletions()).toHaveLength(3);
    expect(service.notices.map(({ kind }) => kind)).toEqual(['waiting']);
    expect((await service.history.audit({ limit: 10 })).map(({ who, what }) => `${who} ${what}`)).toEqual([
      ...['ben approve', 'ada run'],
    ]);
  });

  test('that has nothing to do ends so, and one whose schedule only plans goes no further', async () => {
    const { replica } = rig({ plan: { actions: 0 } });
    const nothing = replica();
    expect(await nothing.until((await nothing.desk.start('a', admin)).id, 'nothing')).toMatchObject({ exitCode: 0 });

    const planning = rig({}, [scheduleNamed('a', { mode: 'plan' })]).replica();
    const run = await planning.until((await planning.desk.start('a', admin)).id, 'planned');
    await expect(planning.desk.approve(run.id, admin, run.planHash ?? '')).rejects.toMatchObject({
      code: 'RUN_IN_OTHER_STATE',
    });
  });

  test('that breaks a limit can be planned once more with raised limits, and waits then', async () => {
    const broken = ['maxDeletions: 3 tags would go, more than 2'];
    const { winnow, history, replica } = rig({ plan: { exit: 4, broken } });
    await appliedBefore(history);
    const service = replica();
    const first = await service.until((await service.desk.start('a', admin)).id, 'waiting');
    await expect(service.desk.approve(first.id, admin, first.planHash ?? '')).rejects.toMatchObject({
      code: 'PLAN_BREAKS_LIMITS',
    });

    winnow.write({});
    const again = await service.desk.raiseLimits(first.id, admin);
    const waiting = await service.until(again.id, 'waiting');

    expect(waiting.why).toEqual(['Limits were raised by ada, for this run alone.']);
    expect(winnow.calls().at(-1)?.args.slice(-1)).toEqual(['--max-deletions=3']);
    expect((await service.history.run(first.id))?.state).toBe('rejected');
    expect(service.notices.map(({ kind }) => kind)).toEqual(['limit', 'waiting']);
    await service.desk.approve(again.id, admin, waiting.planHash ?? '');
    await service.until(again.id, 'done');
  });

  test('that fails says what its process said', async () => {
    const error = { code: 'REGISTRY_UNAUTHORIZED', message: 'asking the registry: 401', hint: 'Log in.' };
    const { replica } = rig({ plan: { exit: 2, error } });
    const service = replica();

    const run = await service.until((await service.desk.start('a', admin)).id, 'failed');

    expect(run).toMatchObject({ exitCode: 2, why: ['REGISTRY_UNAUTHORIZED: asking the registry: 401', 'Log in.'] });
    expect(service.notices).toMatchObject([{ kind: 'failed', why: run.why }]);
  });

  test('that takes too long is stopped', async () => {
    const { replica } = rig({ plan: { takesMs: 30_000 } }, [scheduleNamed('a', { deadlineMs: 1000 })]);
    const service = replica();

    const run = await service.until((await service.desk.start('a', admin)).id, 'failed');

    expect(run.why).toEqual(['It was stopped: it took longer than 1s.']);
  });

  test('that nobody decides on expires with its plan', async () => {
    const service = rig({ plan: { expiresInMs: 700 } }).replica();

    const run = await service.until((await service.desk.start('a', admin)).id, 'expired');

    expect(run.decidedBy).toBeUndefined();
    await expect(service.desk.approve(run.id, admin, run.planHash ?? '')).rejects.toMatchObject({
      code: 'RUN_IN_OTHER_STATE',
    });
  });

  test('that was approved when the world had changed is outdated', async () => {
    const error = { code: 'PLAN_EXPIRED', message: 'it is too old' };
    const { history, replica } = rig({ apply: { exit: 6, error } });
    await appliedBefore(history);
    const service = replica();

    const run = await service.until((await service.desk.start('a', admin)).id, 'outdated', 'failed');

    expect(run).toMatchObject({ state: 'outdated', exitCode: 6, why: ['PLAN_EXPIRED: it is too old'] });
    expect(service.notices.map(({ kind }) => kind)).toEqual(['outdated']);
  });
});

describe('stopping', () => {
  test('a person stops a run after what is in hand, and what was done is known', async () => {
    const { winnow, history, replica } = rig({ plan: { actions: 50 }, apply: { takesMs: 40 } });
    await appliedBefore(history, 'a', { counts: { found: 100, planned: 50, removed: 50 } });
    const service = replica();
    const { id } = await service.desk.start('a', admin);
    await eventually('a deletion', () => winnow.deletions().length > 2);

    await service.desk.stop(id, approver);
    const run = await service.until(id, 'stopped');

    expect(run.counts?.removed).toBe(winnow.deletions().length);
    expect(run.counts?.removed).toBeLessThan(50);
    await sleep(200);
    expect(winnow.calls()).toHaveLength(2);
  });

  test('a service that ends leaves its run to be gone on with, and the next one does that', async () => {
    const { winnow, history, replica } = rig({ plan: { actions: 30 }, apply: { takesMs: 30 } });
    await appliedBefore(history, 'a', { counts: { found: 100, planned: 30, removed: 30 } });
    const first = replica();
    const { id } = await first.desk.start('a', admin);
    await eventually('a deletion', () => winnow.deletions().length > 2);

    await first.leader.stop();
    const between = await history.run(id);
    const removedBetween = winnow.deletions().length;
    const second = replica({ replica: 'replica-2' });
    const run = await second.until(id, 'done');

    expect(between).toMatchObject({ state: 'interrupted', counts: { removed: removedBetween } });
    expect(run).toMatchObject({
      counts: { removed: 30, skipped: 0, failed: 0 },
      freedBytes: 300,
      replica: 'replica-2',
    });
    expect(run.journals).toHaveLength(2);
    expect(new Set(winnow.deletions()).size).toBe(winnow.deletions().length);
    expect(winnow.deletions()).toHaveLength(30);
    expect(second.notices.map(({ kind }) => kind)).toEqual(['resumed']);
  });

  test('a service that ends while a plan is made plans again at the next start', async () => {
    const { winnow, replica } = rig({ plan: { takesMs: 5000 } });
    const first = replica();
    const { id } = await first.desk.start('a', admin);
    await eventually('the process', () => winnow.calls().length === 1);
    await first.leader.stop();
    winnow.write({});

    const run = await replica().until(id, 'waiting');

    expect(run.planHash).toMatch(/^[0-9a-f]{64}$/);
    expect(winnow.calls()).toHaveLength(2);
  });

  test('what nobody has begun is stopped at the desk, and never begins', async () => {
    const { history, winnow, replica } = rig();
    const { desk, leader } = replica();
    await leader.stop();
    const { id } = await desk.start('a', admin);

    expect(await desk.stop(id, approver)).toMatchObject({ state: 'stopped' });
    const next = replica();
    await eventually('a leader', () => next.leader.leads);
    await sleep(200);

    expect((await history.run(id))?.state).toBe('stopped');
    expect(winnow.calls()).toEqual([]);
    await expect(desk.stop(id, approver)).rejects.toMatchObject({ code: 'RUN_IN_OTHER_STATE' });
    await expect(desk.stop('nowhere', approver)).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
  });
});

describe('a process that dies', () => {
  test('is begun again, and goes on with the same plan', async () => {
    const { winnow, history, replica } = rig({ plan: { actions: 10 }, apply: { diesAt: 5 } });
    await appliedBefore(history, 'a', { counts: { found: 100, planned: 10, removed: 10 } });
    const service = replica();

    const run = await service.until((await service.desk.start('a', admin)).id, 'done');

    expect(run).toMatchObject({ counts: { planned: 10, removed: 10 }, freedBytes: 100 });
    expect(run.journals).toHaveLength(2);
    expect(winnow.deletions()).toHaveLength(10);
    expect(service.notices.map(({ kind }) => kind)).toEqual(['resumed']);
  });

  test('again and again is left at that', async () => {
    const { winnow, history, replica } = rig({ plan: { actions: 10 }, apply: { diesAt: 5, deaths: 99 } });
    await appliedBefore(history, 'a', { counts: { found: 100, planned: 10, removed: 10 } });
    const service = replica();

    const run = await service.until((await service.desk.start('a', admin)).id, 'partial');

    expect(run).toMatchObject({ counts: { removed: 4 } });
    expect(run.why?.[0]).toMatch(/ended by SIGKILL, again and again/);
    expect(winnow.calls()).toHaveLength(4);
  });

  test('while another run has the target is begun when that has ended', async () => {
    const error = { code: 'LEASE_HELD', message: 'acquiring the lease: it is held by another' };
    const { winnow, history, replica } = rig({ apply: { error, errors: 3 } });
    await appliedBefore(history);
    const service = replica();

    await service.until((await service.desk.start('a', admin)).id, 'done');

    expect(winnow.calls()).toHaveLength(5);
    expect(winnow.deletions()).toHaveLength(3);
  });
});

describe('undo', () => {
  test('brings back what a run removed, as a run of its own, and once', async () => {
    const { winnow, history, replica } = rig();
    await appliedBefore(history);
    const service = replica();
    const { id } = await service.until((await service.desk.start('a', admin)).id, 'done');

    const undoing = await service.desk.undo(id, approver);
    const undone = await service.until(undoing.id, 'done');

    expect(undone).toMatchObject({ trigger: 'undo', undoOf: id, by: 'ben', counts: { planned: 3, removed: 0 } });
    expect(undone.why).toEqual(['3 brought back, 0 there already, 0 not brought back.']);
    expect(winnow.calls().at(-1)?.args.slice(0, 2)).toEqual([
      'undo',
      undone.undoOf && (await history.run(id))?.journals?.[0],
    ]);
    await eventually('the mark', async () => (await history.run(id))?.undoneBy === 'ben');
    await expect(service.desk.undo(id, approver)).rejects.toMatchObject({ code: 'RUN_NOT_UNDOABLE' });
    await expect(service.desk.undo(undone.id, approver)).rejects.toMatchObject({ code: 'RUN_NOT_UNDOABLE' });
  });
});

describe('undo where another replica runs the schedules', () => {
  test('says where the journal lies, and brings back what there is when it runs there', async () => {
    const { history, replica, stateDir } = rig();
    await appliedBefore(history);
    const first = replica();
    const { id } = await first.until((await first.desk.start('a', admin)).id, 'done');
    await first.leader.stop();

    const second = replica({ stateDir: makeTempFolder('other-state'), replica: 'replica-2' });
    const refused = await second.until((await second.desk.undo(id, approver)).id, 'failed', 'done');
    await second.leader.stop();
    const again = replica();
    const { state } = await again.until((await again.desk.undo(id, approver)).id, 'failed', 'done');

    expect([refused.state, refused.why?.join()]).toEqual(['failed', expect.stringContaining(`:${stateDir} (`)]);
    expect(refused.why?.join()).toContain('winnow undo');
    expect(state).toBe('done');
    await eventually('the mark', async () => (await history.run(id))?.undoneBy === 'ben');
  });

  test('brings back the part of each place, and the run is taken back when all of them have come', async () => {
    const { winnow, history, replica } = rig({ apply: { takesMs: 100 } });
    await appliedBefore(history);
    const [here, there] = [makeTempFolder('here'), makeTempFolder('there')];
    const first = replica({ stateDir: here });
    const { id } = await first.desk.start('a', admin);
    await eventually('a deletion', () => winnow.deletions().length > 0);
    await first.leader.stop();
    const second = replica({ stateDir: there, replica: 'replica-2' });
    expect((await second.until(id, 'done')).appliedAt).toHaveLength(2);

    const half = await second.until((await second.desk.undo(id, approver)).id, 'partial', 'done', 'failed');
    expect([half.state, half.why?.join()]).toEqual(['partial', expect.stringContaining(`:${here} (`)]);
    expect(await history.run(id)).toMatchObject({ undoneAt: [expect.stringContaining(there)] });
    expect((await history.run(id))?.undoneBy).toBeUndefined();
    await second.leader.stop();
    const again = replica({ stateDir: here });
    const whole = await again.until((await again.desk.undo(id, approver)).id, 'partial', 'done', 'failed');

    expect(whole.state).toBe('done');
    await eventually('the mark', async () => (await history.run(id))?.undoneBy === 'ben');
  });
});

describe('the desk', () => {
  test('lets each role do what it may, and notes who was refused', async () => {
    const { replica } = rig();
    const { desk, history } = replica();
    const viewer = { name: 'vic', role: 'viewer' } as const;

    await expect(desk.start('a', approver)).rejects.toMatchObject({ code: 'ROLE_TOO_LOW' });
    for (const ask of [
      () => desk.approve('x', viewer, ''),
      () => desk.reject('x', viewer),
      () => desk.stop('x', viewer),
      () => desk.undo('x', viewer),
    ])
      await expect(ask()).rejects.toMatchObject({ code: 'ROLE_TOO_LOW' });
    await expect(desk.start('nothing', admin)).rejects.toMatchObject({ code: 'SCHEDULE_NOT_FOUND' });

    expect((await history.audit({ limit: 10 })).map(({ who, what }) => `${who} ${what}`)).toEqual([
      ...['vic refused', 'vic refused', 'vic refused', 'vic refused', 'ben refused'],
    ]);
  });

  test('starts one run of a schedule, however many ask at once', async () => {
    const service = rig({ plan: { takesMs: 300 } }).replica();

    const asked = await Promise.allSettled(Array.from({ length: 8 }, () => service.desk.start('a', admin)));

    const started = asked.filter(({ status }) => status === 'fulfilled');
    expect(started).toHaveLength(1);
    for (const one of asked) if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'RUN_UNDER_WAY' });
  });

  test('lets one of many decide', async () => {
    const { history, replica } = rig();
    const service = replica();
    const { id, planHash = '' } = await service.until((await service.desk.start('a', admin)).id, 'waiting');

    const decided = await Promise.allSettled([
      ...[1, 2, 3].map(() => service.desk.approve(id, approver, planHash)),
      ...[1, 2, 3].map(() => service.desk.reject(id, approver, 'not now')),
    ]);

    expect(decided.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect((await history.audit({ limit: 10 })).filter(({ what }) => what !== 'run')).toHaveLength(1);
  });
});

describe('what is due', () => {
  const NOON = Date.UTC(2026, 3, 1, 12);

  test('is run at its time, each of its times once, whoever leads', async () => {
    let nowMs = NOON;
    const { history, winnow, replica } = rig({ plan: { actions: 0 } }, [scheduleNamed('a', { cron: '0 * * * *' })]);
    const first = replica({ nowMs: () => nowMs });
    const second = replica({ nowMs: () => nowMs, replica: 'replica-2' });
    await eventually('a leader', () => first.leader.leads !== second.leader.leads);
    await eventually('the note', async () => (await history.noted('due:a')) !== undefined);

    for (let hour = 1; hour <= 3; hour += 1) {
      nowMs = NOON + hour * 3_600_000;
      await first.until(`a-20260401T${12 + hour}0000Z`, 'nothing');
      if (hour === 1) await (first.leader.leads ? first : second).leader.stop();
    }

    expect((await first.runs()).map(({ id, trigger }) => `${id} ${trigger}`)).toEqual([
      ...['a-20260401T130000Z schedule', 'a-20260401T140000Z schedule', 'a-20260401T150000Z schedule'],
    ]);
    expect(winnow.calls()).toHaveLength(3);
  });

  test('and was missed is caught up once, or left, as the schedule says', async () => {
    let nowMs = NOON;
    const schedules = [
      scheduleNamed('a', { cron: '0 * * * *' }),
      scheduleNamed('b', { cron: '0 * * * *', catchUp: false }),
    ];
    const { history, replica } = rig({ plan: { actions: 0 } }, schedules);
    const before = replica({ nowMs: () => nowMs });
    await eventually('the notes', async () => (await history.noted('due:b')) !== undefined);
    await before.leader.stop();

    nowMs = NOON + 5.5 * 3_600_000;
    const after = replica({ nowMs: () => nowMs });
    await after.until('a-20260401T170000Z', 'nothing');
    await eventually('the note', async () => (await history.noted('due:b')) === String(NOON + 5 * 3_600_000));

    expect((await after.runs()).map(({ id, trigger }) => `${id} ${trigger}`)).toEqual(['a-20260401T170000Z catch-up']);
    const missed = (await history.events({ limit: 100 })).filter(({ type }) => type === 'schedule.missed');
    expect(missed.map(({ data }) => data)).toMatchObject([
      { schedule: 'a', missed: 4, caughtUp: true },
      { schedule: 'b', missed: 5, caughtUp: false },
    ]);
  });

  test('waits while a run of the schedule waits, and comes once when that is over', async () => {
    let nowMs = NOON;
    const { history, replica } = rig({ plan: { expiresInMs: 3_600_000 } }, [
      scheduleNamed('a', { cron: '*/10 * * * *' }),
    ]);
    const service = replica({ nowMs: () => nowMs });
    await eventually('the note', async () => (await history.noted('due:a')) !== undefined);
    nowMs = NOON + 600_000;
    const first = await service.until('a-20260401T121000Z', 'waiting');
    nowMs = NOON + 1_800_000;
    await sleep(200);
    expect(await service.runs()).toHaveLength(1);

    await service.desk.reject(first.id, approver);
    await service.until('a-20260401T123000Z', 'waiting');

    expect(await service.runs()).toHaveLength(2);
  });

  test('of a schedule that is suspended is nothing, also afterwards', async () => {
    let nowMs = NOON;
    let suspend = true;
    const { history, replica } = rig();
    const settings = () => serveSettings([scheduleNamed('a', { cron: '0 * * * *', suspend })]);
    const service = replica({ nowMs: () => nowMs, settings });
    await eventually('the note', async () => (await history.noted('due:a')) !== undefined);
    nowMs = NOON + 5.5 * 3_600_000;
    await eventually('the note', async () => (await history.noted('due:a')) === String(NOON + 5 * 3_600_000));

    suspend = false;
    await sleep(100);

    expect(await service.runs()).toEqual([]);
  });

  test('is done by so many at a time as the settings say, and of one schedule never two', async () => {
    const schedules = Array.from({ length: 10 }, (_, n) => scheduleNamed(`s${n}`, { cron: '0 * * * *' }));
    let nowMs = NOON;
    const { history, winnow, replica } = rig({ plan: { actions: 0, takesMs: 100 } }, schedules, 3);
    const service = replica({ nowMs: () => nowMs });
    await eventually('the notes', async () => (await history.noted('due:s9')) !== undefined);
    nowMs = NOON + 3_600_000;

    for (const { name } of schedules) await service.until(`${name}-20260401T130000Z`, 'nothing');

    const calls = winnow.calls();
    expect(calls).toHaveLength(10);
    const atOnce = calls.map(
      (one) => calls.filter(({ fromMs, toMs = 0 }) => fromMs <= one.fromMs && one.fromMs < toMs).length,
    );
    expect(Math.max(...atOnce)).toBeLessThanOrEqual(3);
    expect(Math.max(...atOnce)).toBeGreaterThan(1);
  });
});

describe('a fleet', () => {
  const fleet = [scheduleNamed('a', { flow: 'node-fleet', mode: 'approve' })];

  test('is planned, waits, and exactly that plan is applied: every action with its node', async () => {
    const { winnow, history, replica } = rig({}, fleet);
    const service = replica();
    const { id, planHash = '' } = await service.until((await service.desk.start('a', admin)).id, 'waiting');
    expect(winnow.deletions()).toEqual([]);
    const planned = await history.planRows(id, { limit: 10 });
    expect(planned.map(({ group, target }) => `${group} ${target}`)).toEqual([
      ...['a a: app:1', 'b b: app:2', 'b b: app:3'],
    ]);
    await service.desk.approve(id, approver, planHash);

    const run = await service.until(id, 'done');

    expect(run).toMatchObject({ target: 'prod', counts: { found: 20, planned: 3, removed: 3 }, freedBytes: 30 });
    expect(winnow.calls()[1]?.args.slice(0, 1)).toEqual(['apply']);
    expect(winnow.deletions()).toHaveLength(3);
    const rows = await history.planRows(id, { limit: 10 });
    expect(rows.map(({ outcome }) => outcome)).toEqual(['done', 'done', 'done']);
    const disks = await history.diskHistory('a', 0);
    expect(disks.map(({ usedBytes }) => usedBytes).sort()).toEqual([500, 800]);
    await expect(service.desk.undo(id, approver)).rejects.toMatchObject({ code: 'RUN_NOT_UNDOABLE' });
  });

  test('that is as ever is applied by itself where its schedule says so', async () => {
    const { winnow, history, replica } = rig({}, [scheduleNamed('a', { flow: 'node-fleet', mode: 'auto' })]);
    await appliedBefore(history, 'a', { counts: { found: 20, planned: 3, removed: 3 }, plannedBytes: 30 });
    const service = replica();

    const run = await service.until((await service.desk.start('a', admin)).id, 'done');

    expect(run.decidedBy).toBe('the schedule');
    expect(winnow.deletions()).toHaveLength(3);
  });

  test('with nodes that could not be seen waits, though its schedule would apply it', async () => {
    const { history, replica } = rig({ plan: { exit: 5, gaps: 1 } }, [
      scheduleNamed('a', { flow: 'node-fleet', mode: 'auto' }),
    ]);
    await appliedBefore(history, 'a', { counts: { found: 20, planned: 3, removed: 3 }, plannedBytes: 30 });
    const service = replica();

    const run = await service.until((await service.desk.start('a', admin)).id, 'waiting');

    expect(run.why?.join(' ')).toContain('something could not be seen');
  });

  test('that is stopped with the service is gone on with: nothing is done twice', async () => {
    const { winnow, replica } = rig({ apply: { takesMs: 400 } }, fleet);
    const first = replica();
    const { id, planHash = '' } = await first.until((await first.desk.start('a', admin)).id, 'waiting');
    await first.desk.approve(id, approver, planHash);
    await eventually('the process', () => winnow.deletions().length === 1);
    await first.leader.stop();
    winnow.write({});

    const run = await replica().until(id, 'done');

    expect(run.counts).toMatchObject({ removed: 3 });
    expect(new Set(winnow.deletions()).size).toBe(3);
    expect(winnow.deletions()).toHaveLength(3);
  });
});

describe('a history that is gone for a while', () => {
  test('is waited for: what was done meanwhile is written when it is back', async () => {
    const { winnow, history, leases, stateDir } = rig({ plan: { actions: 20 }, apply: { takesMs: 20 } });
    await appliedBefore(history, 'a', { counts: { found: 100, planned: 20, removed: 20 } });
    let isGone = false;
    const flaky = new Proxy(history, {
      get: (target, key: keyof History) =>
        typeof target[key] !== 'function'
          ? target[key]
          : (...args: unknown[]) => {
              if (isGone) throw historyError('HISTORY_UNAVAILABLE', 'asking the history: it is gone');
              return (target[key] as (...all: unknown[]) => unknown).apply(target, args);
            },
    });
    const settings = () => serveSettings([scheduleNamed('a')]);
    const service = startRig({ history: flaky, leases, winnow, stateDir, settings });
    const { id } = await service.desk.start('a', admin);
    await eventually('a deletion', () => winnow.deletions().length > 2);

    isGone = true;
    await eventually('the end of the process', () => winnow.calls()[1]?.toMs !== undefined);
    await eventually('the trouble', () => service.leader.troubles.length > 0);
    expect((await history.run(id))?.state).toBe('applying');
    isGone = false;
    const run = await service.until(id, 'done');

    expect(run.counts).toMatchObject({ removed: 20 });
    expect(winnow.calls()).toHaveLength(2);
    await eventually('no trouble', () => service.leader.troubles.length === 0);
  });
});

describe('a lease that is lost', () => {
  test('stops what goes on, writes nothing more, and is taken over without anything done twice', async () => {
    const { winnow, history, leases, replica } = rig({ plan: { actions: 40 }, apply: { takesMs: 25 } });
    await appliedBefore(history, 'a', { counts: { found: 100, planned: 40, removed: 40 } });
    const first = replica();
    const { id } = await first.desk.start('a', admin);
    await eventually('a deletion', () => winnow.deletions().length > 3);

    leases.breakLease('service test');
    const run = await first.until(id, 'done');

    expect(run).toMatchObject({ counts: { removed: 40 } });
    expect(winnow.deletions()).toHaveLength(40);
    expect(new Set(winnow.deletions()).size).toBe(40);
    expect(first.log.join('\n')).toContain('the lease of the service is lost');
  });
});

test('a run whose schedule is no longer in the settings fails, and says so', async () => {
  const { history, replica } = rig({}, []);
  await history.claimRun({
    ...{ id: 'gone-1', schedule: 'gone', flow: 'prune', trigger: 'schedule', dueAtMs: 1, state: 'planning' },
  });

  const run = await replica().until('gone-1', 'failed');

  expect(run.why).toEqual(['The settings have no schedule gone any more.']);
});
