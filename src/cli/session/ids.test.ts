import { expect, test } from 'vitest';
import { newPlanId, runIdFor } from './ids.ts';

const NOON = Date.UTC(2026, 3, 1, 12);

test('ids sort by time, to the millisecond', () => {
  const ids = [0, 1, 2, 999, 1000, 60_000].map((ms) => newPlanId('tag-rm', NOON + ms));

  expect([...ids].sort()).toEqual(ids);
  expect(ids[0]).toMatch(/^20260401t120000000z-tag-rm-[0-9a-f]{6}$/);
});

test("a run has its plan's id, unless it would not be the newest by that", () => {
  const plan = { id: newPlanId('reconcile', NOON), flow: 'reconcile' } as const;
  const earlier = newPlanId('tag-rm', NOON - 1);
  const later = newPlanId('tag-rm', NOON + 1);

  expect(runIdFor(plan, [earlier], NOON + 2)).toBe(plan.id);
  const runs = [earlier, later, plan.id];
  for (const [known, atMs] of [
    [[earlier, later], NOON + 2],
    [[plan.id], NOON + 3],
    [runs, NOON + 4],
  ] as const) {
    const id = runIdFor(plan, known, atMs);
    expect(known.every((run) => run < id)).toBe(true);
    expect(id).toMatch(/-reconcile-/);
  }
});
