import { beforeEach, describe, expect, test } from 'vitest';
import { fleetJobs } from '../../test/support/fleet-plan-examples.ts';
import { nodeAction, nodeHeader } from '../../test/support/node-plan-examples.ts';
import { NOON_MS } from '../../test/support/report-examples.ts';
import { encodePlan } from '../plan/codec.ts';
import { takePlans } from '../plan/fleet-plan.ts';
import type { Plan } from '../plan/plan.ts';
import { exitCodeOfFleetPlan, exitCodeOfFleetRun } from '../report/node/fleet-outcome.ts';
import type { NodeReport } from '../report/node/node-report.ts';
import type { FleetNode } from '../systems/fleet/contract.ts';
import { type MemoryWork, memoryCluster } from '../systems/fleet/memory/memory-fleet.ts';
import { reportLines } from '../systems/fleet/report-lines.ts';
import { memoryJournal } from '../systems/journal/memory/memory-journal.ts';
import { memoryLeases } from '../systems/lease/memory/memory-leases.ts';
import { applyFleetPlan } from './apply-fleet-plan.ts';
import { cleanNodes, onEachNode } from './node-fleet.ts';
import { planOfFleet } from './node-fleet-plan.ts';
import { runStory } from './run-history.ts';

const never = new AbortController().signal;
const nothing = { containers: 0, sandboxes: 0, images: 0 };
const work = {
  ...{ runtime: 'r', found: nothing, removed: nothing, predictedBytes: 0, exactBytes: true, freedBytes: 0, disks: [] },
  ...{ skipped: 0, failed: 0, gaps: 0, causes: [] },
};
const tell = (write: (text: string) => void, report: NodeReport) =>
  write(`${(reportLines(JSON.stringify(report)) ?? []).join('\n')}\n`);

/** So many images would go from each of these. */
const images: Readonly<Record<string, number>> = { a: 2, b: 0, c: 1 };
const list = (names = Object.keys(images)): FleetNode[] =>
  names.map((name) => ({ name, uid: `uid-${name}`, isReady: true, isCordoned: false, os: 'linux' }));

function planText(node: string): string {
  const actions = Array.from({ length: images[node] ?? 0 }, (_, n) => nodeAction(n + 1));
  return [...encodePlan({ header: nodeHeader(node, actions.length), actions })].join('');
}

const telling: MemoryWork = async ({ node }, write) =>
  tell(write, { winnow: 'node-report/v1', node, by: '1', exitCode: 0, mode: 'plan', work, plan: planText(node) });

async function planned(doing: MemoryWork = telling, nodes = list()) {
  const report = await cleanNodes(
    {
      ...{
        fleet: memoryCluster(nodes, doing).open(),
        cluster: 'prod',
        run: { made: 'r' },
        mode: 'plan',
        wantsPlan: true,
      },
      ...{ assign: onEachNode({ args: ['node-gc'] }), parallelism: 2, maxFailures: { nodes: 0 }, waitMs: 1000 },
      ...{ nowMs: () => NOON_MS, onProgress: () => {} },
    },
    never,
  );
  const plan = planOfFleet({
    ...{ id: 'f1', report, nodes, cluster: 'prod', scope: { name: 'Jobs', jobs: fleetJobs } },
    ...{ shownPolicy: {}, expiresAfterMs: 86_400_000 },
  });
  return { report, plan };
}

/** Does what it is told, as a node does. */
const obeying: MemoryWork = async ({ node, plan }, write) => {
  const count =
    Buffer.from(plan ?? [])
      .toString()
      .trimEnd()
      .split('\n').length - 2;
  const outcomes = Array.from({ length: count }, (_, n) => ({ n: n + 1, outcome: { result: 'done' as const } }));
  tell(write, { winnow: 'node-report/v1', node, by: '1', exitCode: 0, mode: 'apply', work, outcomes });
};

function ground() {
  const journal = memoryJournal();
  const leases = memoryLeases();
  const apply = async (plan: Plan, doing: MemoryWork, more: { nodes?: FleetNode[]; runId?: string } = {}) => {
    const { header } = plan;
    const actions = [...plan.actions];
    const cluster = memoryCluster(more.nodes ?? list(), doing);
    const report = await applyFleetPlan({
      ...{ header, planLines: encodePlan(plan), runId: more.runId ?? 'f1', by: 'me', journal, leases },
      ...{ fleet: cluster.open(), plans: takePlans(header, actions), parallelism: 2, maxFailures: { nodes: 0 } },
      taskFor: ({ text, sha256 }) => ({ args: ['apply', sha256], plan: Buffer.from(text) }),
      ...{ waitMs: 1000, nowMs: () => NOON_MS, signal: never, onProgress: () => {} },
    });
    const story = await runStory(journal, more.runId ?? 'f1');
    const rows = report.nodes.map(({ node, outcome }) => `${node} ${outcome}`);
    return { report, story, cluster, rows, code: exitCodeOfFleetRun(report, header) };
  };
  return { journal, leases, apply };
}

describe('the plan of a fleet', () => {
  test('is the plans of all its nodes, good for as long as the first of them', async () => {
    const early = nodeHeader('a', 2).expiresAtMs;
    const { plan, report } = await planned();

    expect(plan.header).toMatchObject({
      ...{
        flow: 'node-fleet',
        actionCount: 3,
        freesBytes: 300,
        expiresAtMs: early,
        gaps: [],
        keptByReason: { held: 9 },
      },
      scope: { cluster: 'prod', fleet: { name: 'Jobs' } },
    });
    expect([...plan.actions].map(({ n, node }) => `${n} ${node}`)).toEqual(['1 a', '2 a', '3 c']);
    expect(exitCodeOfFleetPlan(report, plan.header)).toBe(0);
  });

  test('has a gap for each node that failed, and none for one that was to be skipped', async () => {
    const nodes = list(['a', 'b', 'c', 'd']).map((node) => ({ ...node, isCordoned: node.name === 'd' }));
    const { plan, report } = await planned(async (order, write) => {
      if (order.node === 'a') throw new Error('DeadlineExceeded');
      await telling(order, write);
    }, nodes);

    expect(plan.header.gaps).toMatchObject([
      { source: 'node a', hides: 'existence', cause: 'it has not told its plan: failed, DeadlineExceeded' },
    ]);
    expect(plan.header.fleet?.without.map(({ node, why }) => `${node}: ${why}`)).toEqual([
      ...['a: DeadlineExceeded', 'd: it is cordoned'],
    ]);
    expect(exitCodeOfFleetPlan(report, plan.header)).toBe(5);
  });

  test.each<[string, Partial<NodeReport>, RegExp]>([
    ['none', {}, /^its report has no plan: is the image an older version of Winnow\?$/],
    ['one of another node', { plan: planText('c') }, /^its report has a plan that is not for this node$/],
    ['one that was cut', { plan: planText('a').split('{"end"')[0] ?? '' }, /can not be read: PLAN_CUT_SHORT/],
    ['one that was changed', { plan: planText('a').replace('image-1', 'image-7') }, /can not be read: PLAN_CHANGED/],
    ['none, since it is too long', { planUnfit: 'its plan is too long for a log' }, /^its plan is too long for a log$/],
  ])('has nothing of a node that tells %s', async (_, more, why) => {
    const { plan, report } = await planned(async ({ node }, write) =>
      tell(write, { winnow: 'node-report/v1', node, by: '1', exitCode: 0, mode: 'plan', work, ...more }),
    );

    expect(plan.header.fleet?.nodes.map(({ node }) => node)).not.toContain('a');
    expect(report.nodes[0]?.why).toMatch(why);
    expect(plan.header.gaps.length).toBeGreaterThan(0);
  });
});

describe('the plan of a fleet, applied', () => {
  let plan: Plan;
  beforeEach(async () => {
    ({ plan } = await planned());
  });

  test('gives each node its own plan to the byte, and begins nothing where nothing is to be done', async () => {
    const { cluster, rows, story, code } = await ground().apply(plan, obeying);

    expect(cluster.made.map(({ node, plan: file }) => [node, Buffer.from(file ?? []).toString()]).sort()).toEqual([
      ['a', planText('a')],
      ['c', planText('c')],
    ]);
    expect([rows, code]).toEqual([['a success', 'b success', 'c success'], 0]);
    expect(story.tally).toMatchObject({ done: 3, freedBytes: 300 });
    expect(story.endedAtMs).toBe(NOON_MS);
  });

  test('is refused for nodes that are gone or were made anew, and done on the others', async () => {
    const nodes = list(['b', 'c', 'new']).concat({ ...(list(['a'])[0] as FleetNode), uid: 'another' });
    const { cluster, rows, story, report, code } = await ground().apply(plan, obeying, { nodes });

    expect(cluster.made.map(({ node }) => node)).toEqual(['c']);
    expect(rows).toEqual(['a refused', 'b success', 'c success']);
    expect(report.nodes[0]?.why).toContain('it was made anew since the plan');
    expect([story.tally, code]).toMatchObject([{ done: 1, skipped: 2 }, 3]);
    const gone = await ground().apply(plan, obeying, { nodes: list(['new']) });
    expect([gone.rows, gone.code]).toEqual([['a refused', 'b success', 'c refused'], 6]);
  });

  test('leaves a node alone that is cordoned now, which is no failure', async () => {
    const nodes = list().map((node) => ({ ...node, isCordoned: node.name === 'a' }));
    const { rows, story, code } = await ground().apply(plan, obeying, { nodes });

    expect([rows, code]).toEqual([['a skipped', 'b success', 'c success'], 0]);
    expect(story.tally).toMatchObject({ done: 1, skipped: 2 });
  });

  test('says of a node that tells nothing that nobody knows, never that all is done', async () => {
    const { rows, story, code } = await ground().apply(plan, async (order, write) => {
      if (order.node === 'a') return write('it was cut');
      await obeying(order, write);
    });

    expect([rows, code]).toEqual([['a unknown', 'b success', 'c success'], 3]);
    expect(story.tally).toMatchObject({ done: 1, failed: 2 });
    expect(story.removed.map(({ outcome }) => (outcome?.result === 'failed' ? outcome.code : outcome?.result))).toEqual(
      expect.arrayContaining(['FLEET_ACTION_UNKNOWN', 'done']),
    );
  });

  test('says of a node what its Job says', async () => {
    const { rows, story } = await ground().apply(plan, async ({ node }, write) => {
      const error = { code: 'PLAN_CHANGED', message: 'it is another one than was meant' };
      tell(write, { winnow: 'node-report/v1', node, by: '1', exitCode: 2, mode: 'apply', error });
      throw new Error('it ended with 2');
    });

    expect(rows).toEqual(['a failed', 'b success', 'c failed']);
    expect(story.removed[0]?.outcome).toMatchObject({
      code: 'FLEET_ACTION_FAILED',
      why: expect.stringMatching(/^PLAN_CHANGED/),
    });
  });

  test('is written down before a Job is made, and not begun where that can not be', async () => {
    const { journal, leases } = ground();
    const broken = {
      ...journal,
      begin: async (runId: string, lines: Iterable<string>) => {
        const run = await journal.begin(runId, lines);
        const append: typeof run.append = async (entries) => {
          if (entries.some(({ kind }) => kind === 'intend'))
            throw Object.assign(new Error('the disk is full'), { code: 'JOURNAL_NOT_WRITABLE' });
          await run.append(entries);
        };
        return { runId, append, close: () => run.close() };
      },
    };
    const cluster = memoryCluster(list(), obeying);
    const applying = applyFleetPlan({
      ...{ header: plan.header, planLines: encodePlan(plan), runId: 'f1', by: 'me', journal: broken, leases },
      ...{ fleet: cluster.open(), plans: takePlans(plan.header, [...plan.actions]), parallelism: 1 },
      ...{ maxFailures: { nodes: 0 }, taskFor: () => ({ args: [] }), waitMs: 1000, nowMs: () => NOON_MS },
      ...{ signal: never, onProgress: () => {} },
    });

    await expect(applying).rejects.toThrow('the disk is full');
    expect(cluster.made).toEqual([]);
  });

  test('too old, or beyond a limit, is not begun', async () => {
    const late = { ...plan, header: { ...plan.header, expiresAtMs: NOON_MS - 1 } };
    await expect(ground().apply(late, obeying)).rejects.toMatchObject({ code: 'PLAN_EXPIRED' });
    const broken = { ...plan, header: { ...plan.header, broken: ['maxFailures: 2 nodes failed'] } };
    await expect(ground().apply(broken, obeying)).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
  });
});
