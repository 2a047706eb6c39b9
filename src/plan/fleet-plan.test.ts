import { describe, expect, test } from 'vitest';
import { fleetJobs, fleetPlanOf, toldPlan } from '../../test/support/fleet-plan-examples.ts';
import { decodePlan, encodePlan } from './codec.ts';
import { planHash, type ToldPlan, takePlans } from './fleet-plan.ts';
import type { Plan, PlanHeader } from './plan.ts';

async function* lines(text: string) {
  yield* text.trimEnd().split('\n');
}

/** Written to a file, and read again. */
async function reread(plan: Plan, change: (text: string) => string = (text) => text) {
  const { header, actions } = await decodePlan(lines(change([...encodePlan(plan)].join(''))));
  const all = [];
  for await (const action of actions) all.push(action);
  return { header, actions: all };
}

/** As somebody would who makes the checksum fit. */
function rewritten(plan: Plan, change: (text: string) => string): Plan {
  const [first = '', ...rest] = change([...encodePlan(plan)].join(''))
    .trimEnd()
    .split('\n');
  return { header: JSON.parse(first), actions: rest.slice(0, -1).map((line) => JSON.parse(line)) };
}

describe('the plans of nodes in that of a fleet', () => {
  test('come out of a file as they went in, to the byte, each with its own actions', async () => {
    const plans = [toldPlan('a', 3), toldPlan('b', 0), toldPlan('c', 2)];
    const { header, actions } = await reread(fleetPlanOf(plans));
    const taken = takePlans(header, actions);

    expect(actions.map(({ n, node, after }) => `${n} ${node} ${after}`)).toEqual([
      ...['1 a ', '2 a 1', '3 a 2', '4 c ', '5 c 4'],
    ]);
    expect(taken.map(({ node, uid }) => `${node} ${uid}`)).toEqual(['a uid-a', 'b uid-b', 'c uid-c']);
    for (const [index, { text, sha256 }] of taken.entries()) {
      const { header: own, actions: ownActions } = plans[index] as ToldPlan;
      expect(text).toBe([...encodePlan({ header: own, actions: ownActions })].join(''));
      expect(sha256).toBe(planHash({ header: own, actions: ownActions }));
    }
  });

  test.each<[string, (text: string) => string]>([
    ['a target', (text) => text.replace('"key":"image-2"', '"key":"image-9"')],
    ['what an action expects', (text) => text.replace('"expects":{}', '"expects":{"state":"exited"}')],
    ['which node it is for', (text) => text.replaceAll('"node":"a"', '"node":"b"')],
    ['the node of one action', (text) => text.replace(/"node":"a"\}\n/, '"node":"c"}\n')],
    [
      'until when it is good',
      (text) => text.replace('"header":{"winnow":"plan/v1","id":"plan-a","flow":"node-gc"', '$&,"x":1'),
    ],
    ['how many actions a node has', (text) => text.replace('"actionCount":3', '"actionCount":2')],
  ])('are refused when somebody has changed %s and made the checksum fit', async (_, change) => {
    const plan = rewritten(fleetPlanOf([toldPlan('a', 3), toldPlan('c', 2)]), change);
    const { header, actions } = await reread(plan);

    expect(() => takePlans(header, actions)).toThrow(expect.objectContaining({ code: 'PLAN_CHANGED' }));
  });

  test('do not get so far when the file was changed or cut', async () => {
    const plan = fleetPlanOf([toldPlan('a', 2)]);

    await expect(reread(plan, (text) => text.replace('image-2', 'image-9'))).rejects.toMatchObject({
      code: 'PLAN_CHANGED',
    });
    await expect(reread(plan, (text) => text.slice(0, text.lastIndexOf('{"end"')))).rejects.toMatchObject({
      code: 'PLAN_CUT_SHORT',
    });
  });

  test.each<[string, (header: PlanHeader) => object]>([
    ['no Jobs', (header) => ({ ...header, scope: { fleet: { name: 'Jobs' } } })],
    [
      'Jobs without an image',
      (header) => ({ ...header, scope: { fleet: { name: 'J', jobs: { ...fleetJobs, image: 1 } } } }),
    ],
    ['no nodes', (header) => ({ ...header, fleet: { without: [] } })],
    ['a node without a plan', (header) => ({ ...header, fleet: { nodes: [{ node: 'a' }], without: [] } })],
  ])('are not looked for in a plan that names %s', async (_, change) => {
    const { header, actions } = fleetPlanOf([toldPlan('a', 1)]);

    await expect(reread({ header: change(header) as PlanHeader, actions })).rejects.toMatchObject({
      code: 'PLAN_MALFORMED',
    });
  });
});
