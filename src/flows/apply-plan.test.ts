import { describe, expect, it } from 'vitest';
import { applyIt, memoryRows, memoryRun, picture, plan, undoIt } from '../../test/support/memory-run.ts';
import type { Doer } from '../apply/doer.ts';
import { memoryJournal } from '../systems/journal/memory/memory-journal.ts';
import { putImage, putIndex, putManifest, putReferrer } from '../systems/registry/memory/build.ts';
import { createMemoryRegistry, type MemoryRegistry } from '../systems/registry/memory/registry.ts';
import { CodedError } from '../util/pure/coded-error.ts';

/** Twenty actions and more: siblings, a nested index, a signature, a referrer, an image shared with a kept tag. */
function world(deleteByTag: boolean): { registry: MemoryRegistry; rows: ReturnType<typeof memoryRows> } {
  const registry = createMemoryRegistry({ capabilities: { deleteByTag } });
  const rows: Record<string, 'active' | 'inactive'> = {};
  for (let n = 1; n <= 6; n += 1) {
    putImage(registry.world, 'app', { tags: [`step-${n}`], layers: ['base', `own ${n}`], label: `${n}` });
    rows[`app:step-${n}`] = n <= 4 ? 'inactive' : 'active';
  }
  const signed = putImage(registry.world, 'app', { tags: ['signed', 'signed-too'], label: 'signed' });
  putImage(registry.world, 'app', { tags: [`${signed.digest.replace(':', '-')}.sig`], label: 'signature' });
  putReferrer(registry.world, 'app', signed);
  const [amd64, arm64] = ['amd64', 'arm64'].map((label) =>
    putImage(registry.world, 'multi', { label, layers: [label] }),
  );
  const inner = putIndex(registry.world, 'multi', [amd64!, arm64!]);
  putIndex(registry.world, 'multi', [inner, amd64!], { tags: ['old'] });
  putIndex(registry.world, 'multi', [amd64!], { tags: ['new'] });
  putImage(registry.world, 'app', { tags: ['shared-old', 'shared-new'], label: 'shared' });
  Object.assign(rows, {
    'app:signed': 'inactive',
    'app:signed-too': 'inactive',
    'multi:old': 'inactive',
    'multi:new': 'active',
  });
  Object.assign(rows, { 'app:shared-old': 'inactive', 'app:shared-new': 'active' });
  return { registry, rows: memoryRows(rows) };
}

describe.each([true, false])('a run (delete by tag: %s)', (deleteByTag) => {
  it('removes what the plan says, keeps the rest whole, and can be undone to the same bytes', async () => {
    const { registry, rows } = world(deleteByTag);
    const run = memoryRun(registry, rows);
    const before = picture(registry);

    const report = await applyIt(run, await plan(run));

    expect(report.tally.failed + report.tally.skipped).toBe(0);
    const tags = [...registry.world.repository('app').tags.keys()].sort();
    expect(tags).toEqual(['shared-new', ...(deleteByTag ? [] : ['shared-old']), 'step-5', 'step-6']);
    expect([...registry.world.repository('multi').tags.keys()]).toEqual(['new']);
    const undone = await undoIt(run);
    expect(undone.problems).toEqual([]);
    expect(picture(registry)).toBe(before);
    expect((await undoIt(run)).counts.restored).toBe(0);
  });

  it('comes to the same end from a crash after any step, and can still be undone', async () => {
    const goal = world(deleteByTag);
    const goalRun = memoryRun(goal.registry, goal.rows);
    const planned = await plan(goalRun);
    await applyIt(goalRun, planned);
    const end = picture(goal.registry);
    const before = picture(world(deleteByTag).registry);
    let crashes = 0;

    for (let step = 1; ; step += 1) {
      const { registry, rows } = world(deleteByTag);
      const run = memoryRun(registry, rows);
      const crash = crashAt(step);
      const died = await applyIt(run, await plan(run), { wrap: crash.wrap }).then(
        () => false,
        (error: unknown) => error instanceof Crash,
      );
      if (!died) break;
      crashes += 1;

      await applyIt(run, await plan(run, 'run-2'));
      expect(picture(registry)).toBe(end);
      await undoIt(run, 'run-2');
      await undoIt(run, 'run-1');
      expect(picture(registry)).toBe(before);
    }

    expect(crashes).toBeGreaterThanOrEqual(40);
  });

  it('stops when the journal can not be written, and what it deleted until then can be undone', async () => {
    for (let failAtAppend = 1; failAtAppend <= 12; failAtAppend += 1) {
      const { registry, rows } = world(deleteByTag);
      const before = picture(registry);
      const run = memoryRun(registry, rows, memoryJournal({ failAtAppend }));

      await expect(applyIt(run, await plan(run))).rejects.toMatchObject({ code: 'JOURNAL_NOT_WRITABLE' });

      if (failAtAppend > 1) await undoIt(run);
      expect(picture(registry)).toBe(before);
    }
  });

  it('skips a tag that has moved, and what hangs on it', async () => {
    const { registry, rows } = world(deleteByTag);
    const run = memoryRun(registry, rows);
    const planned = await plan(run);
    const tags = registry.world.repository('app').tags;
    tags.set('step-1', tags.get('step-5')!);

    const report = await applyIt(run, planned);

    expect(tags.get('step-1')).toBe(tags.get('step-5'));
    expect(report.undone.map(({ outcome }) => outcome)).toContainEqual(
      expect.objectContaining({ result: 'skipped', guard: 'target-changed' }),
    );
  });

  it('leaves a manifest alone to which somebody has given a new tag', async () => {
    const { registry, rows } = world(deleteByTag);
    const run = memoryRun(registry, rows);
    const planned = await plan(run);
    const { tags, manifests } = registry.world.repository('app');
    const digest = tags.get('step-2')!;
    tags.set('rescued', digest);

    const report = await applyIt(run, planned);

    expect(manifests.has(digest)).toBe(true);
    expect(tags.get('rescued')).toBe(digest);
    expect(report.undone.map(({ outcome }) => outcome)).toContainEqual(
      expect.objectContaining({ guard: 'still-tagged' }),
    );
  });

  it('leaves alone what an active record owns by now', async () => {
    const { registry, rows } = world(deleteByTag);
    const run = memoryRun(registry, rows);
    const planned = await plan(run);
    rows.rows.set('app:step-3', 'active');
    rows.rows.delete('app:step-4');

    const report = await applyIt(run, planned);

    const tags = registry.world.repository('app').tags;
    expect([tags.has('step-3'), tags.has('step-4'), tags.has('step-1')]).toEqual([true, true, false]);
    expect(
      report.undone.filter(({ outcome }) => outcome.result === 'skipped' && outcome.guard === 'record-changed').length,
    ).toBe(2);
  });

  it('deletes nothing more once the records are gone in the middle', async () => {
    const { registry, rows } = world(deleteByTag);
    const run = memoryRun(registry, rows);
    const planned = await plan(run);
    rows.failures.push(undefined, undefined, ...Array.from({ length: 100 }, () => 'gap' as const));

    const report = await applyIt(run, planned);

    expect(report.tally.done).toBeGreaterThan(0);
    expect(
      report.undone.some(({ outcome }) => outcome.result === 'skipped' && outcome.guard === 'evidence-stale'),
    ).toBe(true);
    expect(report.tally.done + report.tally.skipped).toBe(planned.actions.actions.length);
  });

  it('refuses to run beside another run on the same registry', async () => {
    const { registry, rows } = world(deleteByTag);
    const run = memoryRun(registry, rows);
    const before = picture(registry);
    await run.leases.acquire(`registry ${registry.host}`, 'somebody else', new AbortController().signal);

    let calls = 0;
    const underLease = async () => {
      calls += 1;
    };

    await expect(applyIt(run, await plan(run), { underLease })).rejects.toMatchObject({ code: 'LEASE_HELD' });
    expect(picture(registry)).toBe(before);
    expect(calls).toBe(0);
  });

  it('does nothing, not even a journal, when what must hold under the lease does not', async () => {
    const { registry, rows } = world(deleteByTag);
    const run = memoryRun(registry, rows);
    const before = picture(registry);
    const planned = await plan(run);
    const refuse = async () => {
      throw new CodedError('RECORDS_ACCESS_DENIED', 'reading the records: wrong password');
    };

    await expect(applyIt(run, planned, { underLease: refuse })).rejects.toMatchObject({
      code: 'RECORDS_ACCESS_DENIED',
    });
    expect(picture(registry)).toBe(before);
    expect(await run.journal.runs()).toEqual([]);
    expect((await applyIt(run, planned)).tally.done).toBeGreaterThan(0);
  });

  it('stops at once when the lease is lost', async () => {
    const { registry, rows } = world(deleteByTag);
    const run = memoryRun(registry, rows);
    const planned = await plan(run);
    let calls = 0;
    const wrap = (doer: Doer): Doer => ({
      ...doer,
      prepare: async (unit, signal) => {
        calls += 1;
        if (calls === 3) run.leases.breakLease(`registry ${registry.host}`);
        return await doer.prepare(unit, signal);
      },
    });

    await expect(applyIt(run, planned, { wrap })).rejects.toMatchObject({ code: 'LEASE_LOST' });
    expect(calls).toBe(3);
  });

  it('finishes the action in hand when it is stopped, and reports the rest', async () => {
    const { registry, rows } = world(deleteByTag);
    const run = memoryRun(registry, rows);
    const stop = new AbortController();
    const wrap = (doer: Doer): Doer => ({
      ...doer,
      carryOut: async (unit, prepared, signal) => {
        stop.abort();
        return await doer.carryOut(unit, prepared, signal);
      },
    });

    const report = await applyIt(run, await plan(run), { wrap, signal: stop.signal });

    expect(report.stopped).toBe(true);
    expect(report.tally.done).toBeGreaterThan(0);
    expect(
      report.undone.every(
        ({ outcome }) =>
          (outcome.result === 'skipped' && outcome.guard === 'stopped') ||
          (outcome.result === 'skipped' && outcome.guard === 'keeper-stayed'),
      ),
    ).toBe(true);
  });

  it('goes on after one action fails, and leaves what hangs on it', async () => {
    const { registry, rows } = world(deleteByTag);
    const run = memoryRun(registry, rows);
    const planned = await plan(run);
    registry.script.fail(
      deleteByTag ? 'deleteTag' : 'deleteManifest',
      new CodedError('REGISTRY_UNAVAILABLE', 'deleting: 500'),
      { nth: 1 },
    );

    const report = await applyIt(run, planned);

    expect(report.tally.failed).toBeGreaterThan(0);
    expect(report.tally.done).toBeGreaterThan(5);
  });

  it('refuses a plan that has expired', async () => {
    const { registry, rows } = world(deleteByTag);
    const run = memoryRun(registry, rows);
    const planned = await plan(run);
    run.clock.forward(3_700_000);
    await expect(applyIt(run, planned)).rejects.toMatchObject({ code: 'PLAN_EXPIRED' });
  });
});

describe('untag by overwrite', () => {
  it('takes one tag off a shared manifest, and undo puts it back', async () => {
    const { registry, rows } = world(false);
    const run = memoryRun(registry, rows);
    const tags = registry.world.repository('app').tags;
    const before = new Map(tags);

    await applyIt(run, await plan(run, 'run-1', { untagByOverwrite: true }));

    expect(tags.has('shared-old')).toBe(false);
    expect(tags.get('shared-new')).toBe(before.get('shared-new'));
    await undoIt(run);
    expect(tags).toEqual(before);
  });

  it('comes to the same end when it dies between the push and the deletion', async () => {
    const { registry, rows } = world(false);
    const run = memoryRun(registry, rows);
    registry.script.fail('deleteManifest', new Crash(), {
      when: (_repository, digest) =>
        !registry.world
          .repository('app')
          .manifests.get(digest as never)
          ?.bytes.toString()
          .includes('own') && registry.world.repository('app').tags.get('shared-old') === digest,
    });

    await applyIt(run, await plan(run, 'run-1', { untagByOverwrite: true })).catch(() => undefined);
    const tags = registry.world.repository('app').tags;
    expect(tags.get('shared-old')).not.toBe(tags.get('shared-new'));
    await undoIt(run);

    expect(tags.get('shared-old')).toBe(tags.get('shared-new'));
  });
});

describe('a race between the last look and the deletion', () => {
  it('puts back a tag that was moved onto the manifest in that moment', async () => {
    const registry = createMemoryRegistry({ capabilities: { deleteByTag: false } });
    const old = putImage(registry.world, 'app', { tags: ['old'], label: 'old' });
    putImage(registry.world, 'app', { tags: ['stable'], label: 'stable' });
    const run = memoryRun(registry, memoryRows({ 'app:old': 'inactive', 'app:stable': 'active' }));
    const planned = await plan(run);
    registry.script.before(
      'deleteManifest',
      () => void registry.world.repository('app').tags.set('stable', old.digest),
      { nth: 1 },
    );

    const report = await applyIt(run, planned);

    expect(registry.world.repository('app').tags.get('stable')).toBe(old.digest);
    expect(registry.world.repository('app').manifests.has(old.digest)).toBe(true);
    expect(report.undone[0]?.outcome).toMatchObject({ guard: 'still-tagged' });
  });

  it('leaves a manifest alone to which a new tag was given since its tags were last looked at', async () => {
    const registry = createMemoryRegistry({ capabilities: { deleteByTag: false } });
    const old = putImage(registry.world, 'app', { tags: ['old'], label: 'old' });
    const run = memoryRun(registry, memoryRows({ 'app:old': 'inactive' }));
    const planned = await plan(run);
    const tags = registry.world.repository('app').tags;
    const wrap = (doer: Doer): Doer => ({
      ...doer,
      carryOut: async (unit, prepared, signal) => {
        tags.set('rescued', old.digest);
        return await doer.carryOut(unit, prepared, signal);
      },
    });

    const report = await applyIt(run, planned, { wrap });

    expect([...tags]).toEqual([
      ['old', old.digest],
      ['rescued', old.digest],
    ]);
    expect(report.undone.map(({ outcome }) => outcome)).toEqual(
      Array.from({ length: 2 }, () => ({ result: 'skipped', guard: 'still-tagged', why: 'rescued points at it now' })),
    );
  });

  it('brings back with undo what a lost answer made look as if it had been gone already', async () => {
    const { registry, rows } = world(false);
    const run = memoryRun(registry, rows);
    const before = picture(registry);
    const wrap = (doer: Doer): Doer => ({
      ...doer,
      carryOut: async (unit, prepared, signal) => {
        await doer.carryOut(unit, prepared, signal);
        return unit.map(() => ({ result: 'already-gone' }));
      },
    });

    const report = await applyIt(run, await plan(run), { wrap });
    expect(report.tally).toMatchObject({ done: 0, skipped: 0, failed: 0 });
    expect(picture(registry)).not.toBe(before);
    await undoIt(run);

    expect(picture(registry)).toBe(before);
  });

  it('keeps what is opaque to us and undoes it byte for byte', async () => {
    const registry = createMemoryRegistry({ checksReferences: false });
    const strange = putManifest(
      registry.world,
      'app',
      '{"schemaVersion":1, "strange": true}',
      ['strange'],
      'application/vnd.docker.distribution.manifest.v1+json',
    );
    const run = memoryRun(registry, memoryRows({ 'app:strange': 'inactive' }));

    await applyIt(run, await plan(run));
    expect(registry.world.repository('app').tags.size).toBe(0);
    await undoIt(run);

    expect(registry.world.repository('app').manifests.get(strange.digest)?.bytes.toString()).toBe(
      strange.bytes.toString(),
    );
  });
});

class Crash extends CodedError {
  constructor() {
    super('JOURNAL_NOT_WRITABLE', 'the process died here');
  }
}

/** Dies before the n-th of all steps: a check, a preparation, before a request, or between the request and its outcome. */
function crashAt(at: number): { wrap: (doer: Doer) => Doer } {
  let step = 0;
  const tick = () => {
    step += 1;
    if (step >= at) throw new Crash();
  };
  return {
    wrap: (doer) => ({
      check: async (unit, signal) => {
        tick();
        return await doer.check(unit, signal);
      },
      prepare: async (unit, signal) => {
        tick();
        return await doer.prepare(unit, signal);
      },
      carryOut: async (unit, prepared, signal) => {
        tick();
        const outcomes = await doer.carryOut(unit, prepared, signal);
        tick();
        return outcomes;
      },
    }),
  };
}
