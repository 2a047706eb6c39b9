import { describe, expect, it } from 'vitest';
import { storySchema, tellStory } from '../../test/support/story.ts';
import type { Action } from './action.ts';
import { decodePlan, encodePlan } from './codec.ts';
import { brokenLimits } from './limits.ts';
import type { Plan, PlanHeader } from './plan.ts';

const story = storySchema.parse({
  story: 'a plan',
  tags: { 'app:v1': 'A', 'app:v2': 'B', 'app:sig(A)': 'S' },
  manifests: { A: { layers: { a: 5 } }, B: {}, S: {} },
  records: [{ id: '1', owns: 'app:v1', status: 'inactive' }],
  registry: { untagBy: 'digest' },
  classes: [{ kind: 'transient', repositories: ['app'] }],
});
const { actions } = tellStory(story).planned;

const header: PlanHeader = {
  winnow: 'plan/v1',
  id: 'test',
  flow: 'reconcile',
  scope: { registry: { host: 'registry.test', url: 'http://registry.test' } },
  madeAtMs: 1,
  expiresAtMs: 2,
  records: [],
  evidence: [],
  gaps: [],
  policy: {},
  limits: {},
  broken: [],
  repositories: [],
  keptByReason: {},
  actionCount: actions.length,
  freesBytes: 5,
};

function lines(plan: Plan = { header, actions }): string[] {
  return [...encodePlan(plan)].map((line) => line.trimEnd());
}

async function decode(list: readonly string[]): Promise<{ header: PlanHeader; actions: Action[] }> {
  const decoded = await decodePlan(stream(list));
  const all: Action[] = [];
  for await (const action of decoded.actions) all.push(action);
  return { header: decoded.header, actions: all };
}

async function* stream(list: readonly string[]): AsyncGenerator<string> {
  yield* list;
}

describe('a plan file', () => {
  it('reads back what was written', async () => {
    expect(actions.length).toBeGreaterThan(2);
    expect(await decode(lines())).toEqual({ header, actions });
  });

  it('is refused when it was cut short, wherever', async () => {
    const whole = lines();
    for (let end = 0; end < whole.length; end += 1)
      await expect(decode(whole.slice(0, end))).rejects.toMatchObject({ code: 'PLAN_CUT_SHORT' });
  });

  it('is refused when a line was cut', async () => {
    const [first = '', second = '', ...rest] = lines();
    await expect(decode([first, second.slice(0, 30), ...rest])).rejects.toMatchObject({
      code: 'PLAN_MALFORMED',
      message: expect.stringContaining('line 2'),
    });
  });

  it('is refused when anything in it was changed by hand', async () => {
    const whole = lines();
    const changed = whole.map((line) => line.replace('"key":"v1"', '"key":"v2"'));
    await expect(decode(changed)).rejects.toMatchObject({ code: 'PLAN_CHANGED' });
    await expect(
      decode([(whole[0] ?? '').replace('"expiresAtMs":2', '"expiresAtMs":9'), ...whole.slice(1)]),
    ).rejects.toMatchObject({ code: 'PLAN_CHANGED' });
    await expect(decode([...whole, whole[1] ?? ''])).rejects.toMatchObject({ code: 'PLAN_CHANGED' });
  });

  it('is refused when an action lacks something, naming line and field', async () => {
    const [first = '', second = '', ...rest] = lines();
    await expect(
      decode([first, second.replace('"reason":"inactive-record"', '"reason":"because"'), ...rest]),
    ).rejects.toMatchObject({
      code: 'PLAN_MALFORMED',
      message: expect.stringMatching(/line 2.*reason/),
    });
  });

  it('is refused when it is no plan, or one of another generation', async () => {
    await expect(decode(['{"a":1}'])).rejects.toMatchObject({ code: 'PLAN_MALFORMED' });
    await expect(decode(['{"winnow":"plan/v9"}'])).rejects.toMatchObject({ code: 'PLAN_VERSION' });
    await expect(decode([])).rejects.toMatchObject({ code: 'PLAN_CUT_SHORT' });
  });

  it('streams: the first lines come before the last action is asked for', () => {
    let asked = 0;
    function* many(): Generator<Action> {
      for (let n = 1; n <= 1_000_000; n += 1) {
        asked = n;
        yield { ...(actions[0] as Action), n };
      }
    }
    const encoded = encodePlan({ header, actions: many() });
    for (let n = 0; n < 10; n += 1) encoded.next();
    expect(asked).toBeLessThan(20);
  });
});

describe('limits', () => {
  const repository = { repository: 'app', class: 'all', live: 0, keptByReason: {}, freesBytes: 0 };

  it.each([
    ['maxDeletions', { maxDeletions: 9 }, 10, 100, true],
    ['maxDeletions', { maxDeletions: 10 }, 10, 100, false],
    ['maxShare', { maxShare: 0.5 }, 51, 100, true],
    ['maxShare', { maxShare: 0.5 }, 50, 100, false],
    ['maxShare of a few tags', { maxShare: 0.5 }, 3, 4, false],
    ['maxShareOfRepository', { maxShareOfRepository: 0.2 }, 30, 100, true],
    ['minRemaining', { minRemaining: 5 }, 8, 10, true],
    ['minRemaining where nothing goes', { minRemaining: 5 }, 0, 1, false],
  ])('%s %j: removing %i of %i breaks it: %s', (_, limits, removed, found, broken) => {
    expect(brokenLimits(limits, [{ ...repository, found, removed }]).length > 0).toBe(broken);
  });
});
