import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { NOON_MS } from '../../test/support/report-examples.ts';
import { collectEvidence } from '../evidence/evidence.ts';
import { exitCodeOfFleet, ratioInWords, successRatio } from '../report/node/fleet-outcome.ts';
import type { FleetReport } from '../report/node/fleet-report.ts';
import type { NodeReport } from '../report/node/node-report.ts';
import type { Fleet, FleetNode, NodeJobOrder } from '../systems/fleet/contract.ts';
import { fleetFailure } from '../systems/fleet/errors.ts';
import { type MemoryWork, memoryCluster } from '../systems/fleet/memory/memory-fleet.ts';
import { reportLines } from '../systems/fleet/report-lines.ts';
import { CodedError } from '../util/pure/coded-error.ts';
import { cleanNodes, type NodeFleetInput, onEachNode } from './node-fleet.ts';
import { usesOnNodes, usesTakenAtMs } from './node-fleet-snapshot.ts';

const never = new AbortController().signal;
const args = ['node-gc', '--fleet-report'];

const work = {
  runtime: 'cri:///run/containerd/containerd.sock',
  found: { containers: 3, sandboxes: 2, images: 9 },
  removed: { containers: 1, sandboxes: 0, images: 2 },
  ...{ predictedBytes: 100, exactBytes: true, freedBytes: 0, disks: [], skipped: 0, failed: 0, gaps: 0, causes: [] },
};

function reportOf(node: string, more: Partial<NodeReport> = {}): NodeReport {
  const uses = { takenAtMs: NOON_MS, images: [`registry.example/on-${node}:1`], unseen: [] };
  return { winnow: 'node-report/v1', node, by: '1', exitCode: 0, mode: 'plan', runId: 'r', work, uses, ...more };
}

const tell = (write: (text: string) => void, report: unknown) =>
  write(`${(reportLines(JSON.stringify(report)) ?? []).join('\n')}\n`);

/** All is well on each node. */
const fine: MemoryWork = async ({ node }, write) => tell(write, reportOf(node));

/** What a process that ends so comes to. */
async function ending(report: NodeReport, write: (text: string) => void): Promise<void> {
  tell(write, report);
  if (report.exitCode !== 0) throw new Error(`it ended with ${report.exitCode}`);
}

const nodes = (count: number): FleetNode[] =>
  Array.from({ length: count }, (_, n) => ({
    name: `n${n}`,
    uid: `uid-${n}`,
    isReady: true,
    isCordoned: false,
    os: 'linux',
  }));

function inputOf(fleet: Fleet, more: Partial<NodeFleetInput> = {}): NodeFleetInput {
  return {
    ...{ fleet, cluster: 'prod', run: { made: 'run-1' }, assign: onEachNode({ args }), mode: 'plan', parallelism: 3 },
    ...{ maxFailures: { nodes: 0 }, waitMs: 5000, nowMs: () => NOON_MS, onProgress: () => {} },
    ...more,
  };
}

async function clean(count: number, doing: MemoryWork, more: Partial<NodeFleetInput> = {}, stop = never) {
  const cluster = memoryCluster(nodes(count), doing);
  const report = await cleanNodes(inputOf(cluster.open(), more), stop);
  return { cluster, report, outcomes: outcomesOf(report) };
}

const outcomesOf = ({ nodes: rows }: FleetReport) => rows.map(({ node, outcome }) => `${node} ${outcome}`);
const whyOf = ({ nodes: rows }: FleetReport, node = 'n0') => rows.find((row) => row.node === node)?.why;

describe('all nodes of a cluster', () => {
  test('are cleaned, each by one Job, no more at once than is allowed', async () => {
    const { cluster, report } = await clean(9, async (order, write) => {
      await sleep(5);
      await fine(order, write);
    });

    expect(cluster.made.map(({ node }) => node).sort()).toEqual(nodes(9).map(({ name }) => name));
    expect(cluster.peak()).toBe(3);
    expect(report).toMatchObject({ run: 'run-1', wasResumed: false, mode: 'plan' });
    expect(new Set(report.nodes.map(({ outcome }) => outcome))).toEqual(new Set(['success']));
    expect(report.nodes[0]).toMatchObject({ node: 'n0', runId: 'r', work });
    expect(ratioInWords(successRatio(report))).toBe('success ratio 9/9 (100 %)');
    expect(exitCodeOfFleet(report)).toBe(0);
  });

  test('but those that are not ready, cordoned, or of another system, which is no failure', async () => {
    const [ready, cordoned, away, windows, silent] = nodes(5) as [
      FleetNode,
      FleetNode,
      FleetNode,
      FleetNode,
      FleetNode,
    ];
    const cluster = memoryCluster(
      [
        ready,
        { ...cordoned, isCordoned: true },
        { ...away, isReady: false },
        { ...windows, os: 'windows' },
        { ...silent, os: '' },
      ],
      fine,
    );
    const report = await cleanNodes(inputOf(cluster.open()), never);

    expect(report.nodes.map(({ node, outcome, why = '' }) => `${node} ${outcome} ${why}`.trim())).toEqual([
      'n0 success',
      'n1 skipped it is cordoned',
      'n2 skipped it is not ready',
      'n3 skipped its system is windows',
      'n4 success',
    ]);
    expect(successRatio(report)).toEqual({ succeeded: 2, of: 2, failed: 0, skipped: 3, notBegun: 0 });
    expect(exitCodeOfFleet(report)).toBe(0);
  });

  test('of which there are none are cleaned, too', async () => {
    const { report } = await clean(0, fine);

    expect(ratioInWords(successRatio(report))).toBe('success ratio 0/0');
    expect(exitCodeOfFleet(report)).toBe(0);
  });
});

describe('a node', () => {
  test.each([
    [{ exitCode: 0 as const }, 'success', undefined],
    [{ exitCode: 5 as const }, 'incomplete', 'something could not be seen there, and keeps what it may be about'],
    [
      { exitCode: 3 as const, work: { ...work, causes: ['2 failed: RUNTIME_FAILED'] } },
      'partial',
      '2 failed: RUNTIME_FAILED',
    ],
    [{ exitCode: 4 as const, error: { code: 'LEASE_HELD', message: 'by run 7' } }, 'refused', 'LEASE_HELD: by run 7'],
    [
      { exitCode: 2 as const, error: { code: 'RUNTIME_NOT_FOUND', message: 'no socket' } },
      'failed',
      'RUNTIME_NOT_FOUND: no socket',
    ],
  ])('whose Job tells %j is a %s', async (more, outcome, why) => {
    const { report } = await clean(1, ({ node }, write) => ending(reportOf(node, more), write));

    expect(outcomesOf(report)).toEqual([`n0 ${outcome}`]);
    expect(whyOf(report)).toBe(why);
  });

  test.each<[string, (report: NodeReport, write: (text: string) => void) => void, string]>([
    ['tells nothing', () => {}, 'there is no report in its log'],
    [
      'has a log that was cut short',
      (report, write) => write(reportLines(JSON.stringify(report))?.join('\n').slice(0, 120) ?? ''),
      'the report in its log is not whole',
    ],
    [
      'tells of another node',
      (report, write) => tell(write, { ...report, node: 'n7' }),
      'its report is about another node, n7',
    ],
    [
      'tells of another mode',
      (report, write) => tell(write, { ...report, mode: 'apply' }),
      'its report is about mode apply, and plan was asked for',
    ],
    [
      'tells of a failure that its end does not show',
      (report, write) => tell(write, { ...report, exitCode: 3 }),
      'its report ends with 3, and the Job has succeeded',
    ],
    [
      'claims success and does not say of what',
      (report, write) => tell(write, { ...report, work: undefined }),
      'its report does not tell what was done',
    ],
    [
      'tells in words of another version',
      (report, write) => tell(write, { ...report, winnow: 'node-report/v2' }),
      'its report is not as it should be, at winnow: is the image another version of Winnow?',
    ],
    [
      'tells numbers that are none',
      (report, write) => tell(write, { ...report, work: { ...work, freedBytes: 'many' } }),
      'its report is not as it should be, at work.freedBytes: is the image another version of Winnow?',
    ],
  ])('whose Job %s is unknown, and no success', async (_, say, why) => {
    const { report } = await clean(1, async ({ node }, write) => say(reportOf(node), write));

    expect(outcomesOf(report)).toEqual(['n0 unknown']);
    expect(whyOf(report)).toBe(why);
    expect(exitCodeOfFleet(report)).toBe(1);
  });

  test('whose Job claims success and fails is unknown', async () => {
    const { report } = await clean(1, async (order, write) => {
      await fine(order, write);
      throw new Error('DeadlineExceeded');
    });

    expect(whyOf(report)).toBe('its report ends with 0, and the Job has failed: DeadlineExceeded');
  });

  test.each([
    ['fails', 'n0 failed', 'DeadlineExceeded'],
    ['succeeds', 'n0 unknown', 'FLEET_CLUSTER_FAILED: reading the log: 500'],
  ])('whose Job %s, and has a log that can not be read, is %s', async (end, outcome, why) => {
    const cluster = memoryCluster(nodes(1), async () => {
      if (end === 'fails') throw new Error('DeadlineExceeded');
    });
    const report = () => Promise.reject(fleetFailure('FLEET_CLUSTER_FAILED', 'reading the log: 500'));

    const told = await cleanNodes(inputOf({ ...cluster.open(), report }), never);

    expect(outcomesOf(told)).toEqual([outcome]);
    expect(whyOf(told)).toBe(why);
  });

  test('whose Job refuses what it was asked may have an image of another version', async () => {
    const { report } = await clean(1, async (_, write) => {
      write("error: unknown option '--newer'\n");
      throw new Error('it ended with 2');
    });

    expect(whyOf(report)).toBe('it ended with 2: is its image another version of Winnow?');
  });

  test('that fails, or hangs, is its own affair', async () => {
    const { report } = await clean(
      4,
      async (order, write) => {
        if (order.node === 'n1') throw new Error('DeadlineExceeded: too long');
        if (order.node === 'n2') await new Promise(() => {});
        await fine(order, write);
      },
      { waitMs: 60 },
    );

    expect(outcomesOf(report)).toEqual(['n0 success', 'n1 failed', 'n2 unknown', 'n3 success']);
    expect([whyOf(report, 'n1'), whyOf(report, 'n2')]).toEqual([
      'DeadlineExceeded: too long',
      'its Job has not ended in its time',
    ]);
    expect(report.breaker).toBeUndefined();
    expect(exitCodeOfFleet(report)).toBe(3);
    expect(ratioInWords(successRatio(report))).toBe('success ratio 2/4 (50 %)');
  });

  test('that the cluster can not be asked about is unknown, or failed where it made no Job', async () => {
    const { open } = memoryCluster(nodes(3), fine);
    const fleet = open();
    const broken: Fleet = {
      ...fleet,
      begin: async (order, signal) => {
        if (order.node === 'n0') throw new CodedError('FLEET_JOB_REFUSED', 'a quota');
        return await fleet.begin(order, signal);
      },
      report: async (job, signal) => {
        if (job.node === 'n1') throw new CodedError('FLEET_CLUSTER_FAILED', 'no answer');
        return await fleet.report(job, signal);
      },
    };
    const report = await cleanNodes(inputOf(broken), never);

    expect(outcomesOf(report)).toEqual(['n0 failed', 'n1 unknown', 'n2 success']);
    expect(whyOf(report, 'n1')).toBe('FLEET_CLUSTER_FAILED: no answer');
  });
});

describe('too many failures', () => {
  const failing: MemoryWork = async () => {
    throw new Error('no');
  };

  test.each([
    [{ nodes: 2 }, 2],
    [{ share: 0.25 }, 3],
    [{ share: 0.01 }, 2],
    [{ nodes: 1 }, 1],
  ])('%j of ten end it: no further node is begun', async (maxFailures, allowed) => {
    const { cluster, report } = await clean(10, failing, { parallelism: 1, maxFailures });

    expect(cluster.made.length).toBe(allowed);
    expect(report.breaker).toEqual({ failed: allowed, allowed });
    expect(outcomesOf(report).filter((row) => row.endsWith('not-begun')).length).toBe(10 - allowed);
    expect(exitCodeOfFleet(report)).toBe(4);
  });

  test('with several nodes in hand wait for these', async () => {
    const { cluster, report } = await clean(9, failing, { parallelism: 4, maxFailures: { nodes: 1 } });

    expect(cluster.made.length).toBe(4);
    expect(report.breaker).toEqual({ failed: 4, allowed: 1 });
  });

  test('do not end it where that is not wanted', async () => {
    const { cluster, report } = await clean(5, failing, { maxFailures: { nodes: 0 } });

    expect(cluster.made.length).toBe(5);
    expect([report.breaker, exitCodeOfFleet(report)]).toEqual([undefined, 1]);
  });

  test('that come with the last node are failures, and end nothing', async () => {
    const { report } = await clean(
      2,
      async (order, write) => (order.node === 'n1' ? failing(order, write) : fine(order, write)),
      { parallelism: 1, maxFailures: { nodes: 1 } },
    );

    expect([report.breaker, exitCodeOfFleet(report)]).toEqual([undefined, 3]);
  });
});

describe('a stop', () => {
  test('begins no further node, and waits for those in hand', async () => {
    const stop = new AbortController();
    const { cluster, report } = await clean(
      6,
      async (order, write) => {
        stop.abort(new CodedError('STOPPED', 'stopped by SIGTERM'));
        await sleep(20);
        await fine(order, write);
      },
      { parallelism: 2 },
      stop.signal,
    );

    expect(cluster.made.length).toBe(2);
    expect(outcomesOf(report)).toEqual([
      ...['n0 success', 'n1 success', 'n2 not-begun', 'n3 not-begun', 'n4 not-begun', 'n5 not-begun'],
    ]);
    expect(report.stopped).toBe('it was told to stop');
    expect(exitCodeOfFleet(report)).toBe(3);
  });

  test('by a lost lease says so', async () => {
    const stop = new AbortController();
    const { report } = await clean(
      3,
      async (order, write) => {
        stop.abort(new CodedError('LEASE_LOST', 'holding the lease of fleet prod: it could not be renewed'));
        await fine(order, write);
      },
      { parallelism: 1 },
      stop.signal,
    );

    expect(report.stopped).toBe('holding the lease of fleet prod: it could not be renewed');
  });

  test('before anything was begun is told by a throw', async () => {
    const stop = AbortSignal.abort(new CodedError('STOPPED', 'stopped'));

    await expect(clean(2, fine, {}, stop)).rejects.toMatchObject({ code: 'STOPPED' });
  });
});

describe('a fleet that comes after another one', () => {
  /** Work that goes on until it is let go, node by node. */
  function held() {
    const letGo = new Map<string, () => void>();
    const doing: MemoryWork = async (order, write) => {
      await new Promise<void>((resolve) => letGo.set(order.node, resolve));
      await fine(order, write);
    };
    const release = () => {
      for (const go of letGo.values()) go();
    };
    return { doing, release, letGo };
  }

  /** As if the process that began these had been killed. */
  const begunBefore = async (fleet: Fleet, orders: readonly NodeJobOrder[]) => {
    for (const order of orders) await fleet.begin(order, never);
  };

  test('and was killed goes on with its run: no node gets a second Job', async () => {
    const { doing, release, letGo } = held();
    const cluster = memoryCluster(nodes(4), doing);
    await begunBefore(cluster.open(), [
      { node: 'n1', run: 'run-0', args },
      { node: 'n3', run: 'run-0', args },
    ]);
    const cleaning = cleanNodes(inputOf(cluster.open(), { parallelism: 4 }), never);
    await expect.poll(() => letGo.size).toBe(4);
    release();
    const report = await cleaning;

    expect(report).toMatchObject({ run: 'run-0', wasResumed: true });
    expect(cluster.made.map(({ node }) => node).sort()).toEqual(['n0', 'n1', 'n2', 'n3']);
    expect(new Set(outcomesOf(report))).toEqual(new Set(['n0 success', 'n1 success', 'n2 success', 'n3 success']));
  });

  test('takes what the nodes in hand have told meanwhile, and begins with them', async () => {
    const { doing, release, letGo } = held();
    const cluster = memoryCluster(nodes(3), doing);
    await begunBefore(cluster.open(), [{ node: 'n2', run: 'run-0', args }]);
    const cleaning = cleanNodes(inputOf(cluster.open(), { parallelism: 1 }), never);
    const keep = setInterval(release, 5);
    const report = await cleaning;
    clearInterval(keep);

    expect(letGo.size).toBe(3);
    expect(cluster.peak()).toBe(1);
    expect(outcomesOf(report)).toEqual(['n0 success', 'n1 success', 'n2 success']);
  });

  test('leaves nodes alone on which another run does something else', async () => {
    const { doing, release } = held();
    const cluster = memoryCluster(nodes(2), doing);
    await begunBefore(cluster.open(), [{ node: 'n1', run: 'run-0', args: [...args, '--confirm'] }]);
    const cleaning = cleanNodes(inputOf(cluster.open()), never);
    const keep = setInterval(release, 5);
    const report = await cleaning;
    clearInterval(keep);

    expect(report).toMatchObject({ run: 'run-1', wasResumed: false });
    expect(outcomesOf(report)).toEqual(['n0 success', 'n1 busy']);
    expect(whyOf(report, 'n1')).toMatch(/^Job node-gc-n1-\w+ of another run, run-0, is under way there$/);
    expect(ratioInWords(successRatio(report))).toBe('success ratio 1/1 (100 %)');
  });

  test('leaves a node alone on which somebody else has begun meanwhile', async () => {
    const cluster = memoryCluster(nodes(3), async (order, write) => {
      // While the first node is cleaned, somebody without this lease begins on the last one.
      if (order.node === 'n0') await cluster.open().begin({ node: 'n2', run: 'other', args: ['other'] }, never);
      if (order.run === 'other') await new Promise(() => {});
      await fine(order, write);
    });
    const report = await cleanNodes(inputOf(cluster.open(), { parallelism: 1 }), never);

    expect(outcomesOf(report)).toEqual(['n0 success', 'n1 success', 'n2 busy']);
  });

  test('under the same name has nothing done again, and never takes what was done otherwise for its own', async () => {
    const cluster = memoryCluster(nodes(2), fine);
    const run = { given: 'nightly-1' };
    await cleanNodes(inputOf(cluster.open(), { run }), never);
    const again = await cleanNodes(inputOf(cluster.open(), { run }), never);
    const other = await cleanNodes(
      inputOf(cluster.open(), { run, assign: onEachNode({ args: [...args, '--confirm'] }), mode: 'apply' }),
      never,
    );

    expect(cluster.made.length).toBe(2);
    expect(outcomesOf(again)).toEqual(['n0 success', 'n1 success']);
    expect(again.wasResumed).toBe(true);
    expect(outcomesOf(other)).toEqual(['n0 unknown', 'n1 unknown']);
    expect(whyOf(other)).toBe('the run nightly-1 has a Job there that does something else');
  });

  test('runs beside it without a common lease makes no second Job on a node either', async () => {
    const { doing, release } = held();
    const cluster = memoryCluster(nodes(6), doing);
    const first = cleanNodes(inputOf(cluster.open(), { parallelism: 2 }), never);
    await expect.poll(() => cluster.made.length).toBe(2);
    const second = cleanNodes(inputOf(cluster.open(), { parallelism: 2, run: { made: 'run-2' } }), never);
    const keep = setInterval(release, 5);
    const reports = await Promise.all([first, second]);
    clearInterval(keep);

    expect(cluster.made.map(({ node }) => node).sort()).toEqual(nodes(6).map(({ name }) => name));
    expect(reports.map(({ run }) => run)).toEqual(['run-1', 'run-1']);
  });
});

describe('what the nodes use', () => {
  async function stated(report: FleetReport, selector?: string) {
    const { sink, evidence } = collectEvidence();
    await usesOnNodes(report, 'prod-nodes', selector).survey(sink, never);
    const { resources } = evidence;
    const names = Array.from({ length: resources.size }, (_, id) => `${resources.kind(id)} ${resources.key(id)}`);
    return {
      names: names.sort(),
      gaps: evidence.gaps.map(({ hides, scope, cause }) => `${hides} of '${scope}': ${cause}`),
    };
  }

  test('is stated, and a node that has not told is a gap over everything', async () => {
    const { report } = await clean(3, async (order, write) => {
      if (order.node === 'n1') throw new Error('DeadlineExceeded');
      await fine(order, write);
    });

    expect(await stated(report)).toEqual({
      names: [
        ...['image-reference registry.example/on-n0:1', 'image-reference registry.example/on-n2:1'],
        ...['workload Node/n0', 'workload Node/n2'],
      ],
      gaps: ["holds of '': node n1 has not told which images it uses: failed, DeadlineExceeded"],
    });
  });

  test('is not known of nodes that were left out, nor of what a node could not see', async () => {
    const unseen = ['image sha256:1 is in use and has no name'];
    const { report } = await clean(1, async ({ node }, write) =>
      tell(write, reportOf(node, { uses: { takenAtMs: NOON_MS - 60_000, images: [], unseen } })),
    );

    expect((await stated(report, 'pool=a')).gaps).toEqual([
      "holds of '': nodes without the labels pool=a were not asked",
      "holds of '': on node n0 image sha256:1 is in use and has no name",
    ]);
    expect(usesTakenAtMs(report)).toBe(NOON_MS - 60_000);
  });

  test('is not known where there is no node at all', async () => {
    const { report } = await clean(0, fine);

    expect((await stated(report)).gaps).toEqual(["holds of '': no node was there to be asked"]);
  });
});
