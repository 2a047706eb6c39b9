import { describe, expect, it } from 'vitest';
import { applyIt, memoryRows, memoryRun, plan, undoIt } from '../../test/support/memory-run.ts';
import { putImage } from '../systems/registry/memory/build.ts';
import { createMemoryRegistry } from '../systems/registry/memory/registry.ts';

describe.each([true, false])('a tag that another tool left pointing at nothing (delete by tag: %s)', (deleteByTag) => {
  const nothing = `sha256:${'0'.repeat(64)}` as const;

  function dangling(status: 'active' | 'inactive') {
    const registry = createMemoryRegistry({ capabilities: { deleteByTag } });
    putImage(registry.world, 'app', { tags: ['kept'], label: 'kept' });
    const { tags } = registry.world.repository('app');
    tags.set('left', nothing);
    return { tags, run: memoryRun(registry, memoryRows({ 'app:left': status, 'app:kept': 'active' })) };
  }

  it('goes once its record is done with it, and undo has nothing to bring back', async () => {
    const { tags, run } = dangling('inactive');

    const planned = await plan(run);
    const report = await applyIt(run, planned);
    const undone = await undoIt(run);

    expect(planned.plan.header.gaps.map(({ cause }) => cause)).toEqual([
      'reading app:left: it is listed, but not found',
    ]);
    expect(report.tally).toMatchObject({ done: 1, skipped: 0, failed: 0 });
    expect([...tags.keys()]).toEqual(['kept']);
    expect(undone.problems).toEqual([]);
    expect((await plan(run, 'run-2')).plan.header).toMatchObject({ gaps: [], actionCount: 0 });
  });

  it('stays while its record is active, or nobody knows it', async () => {
    const { tags, run } = dangling('active');
    tags.set('unknown', nothing);

    expect((await plan(run)).plan.header.actionCount).toBe(0);
  });

  it('stays when it points at something again, and is no concern of ours when it is gone', async () => {
    const { tags, run } = dangling('inactive');
    const planned = await plan(run);
    tags.set('left', tags.get('kept')!);
    const moved = await applyIt(run, planned);
    tags.delete('left');
    const gone = await applyIt(run, planned, { runId: 'run-2' });

    expect(moved.undone.map(({ outcome }) => outcome)).toEqual([
      { result: 'skipped', guard: 'target-changed', why: `it points at ${tags.get('kept')} now, not at nothing` },
    ]);
    expect(gone.tally).toMatchObject({ done: 0, alreadyGone: 1, skipped: 0, failed: 0 });
    expect([...tags.keys()]).toEqual(['kept']);
  });
});
