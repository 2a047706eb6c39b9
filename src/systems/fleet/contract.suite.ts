import { describe, expect, test } from 'vitest';
import type { Fleet, FleetNode, NodeJob } from './contract.ts';
import { reportLines } from './report-lines.ts';

/** A cluster for tests. What a Job's work throws is why it fails. */
export interface FleetGround {
  /** Opens it once more, as another process would. */
  open(): Promise<Fleet>;
  /** How many Jobs were ever made. */
  made(): number;
  /** Removes a Job with all that is of it, as the cluster does after its time. */
  remove(job: NodeJob): void;
}

export type GroundWork = (
  /** `plan`: the file as the Job sees it. */
  job: { readonly node: string; readonly args: readonly string[]; readonly plan?: Uint8Array },
  write: (text: string) => void,
) => Promise<void>;

const never = new AbortController().signal;
const LONG_MS = 20_000;

const ready = (name: string): FleetNode => ({
  name,
  uid: `uid-${name}`,
  isReady: true,
  isCordoned: false,
  os: 'linux',
});

/** What every fleet has to do. `openGround` gives a cluster with these nodes and no Jobs. */
export function fleetContract(
  name: string,
  openGround: (nodes: readonly FleetNode[], work: GroundWork) => Promise<FleetGround>,
): void {
  const order = (node = 'a', run = 'run-1', args: readonly string[] = ['node-gc', '--x=1']) => ({ node, run, args });

  async function open(work: GroundWork = async () => {}, nodes = [ready('a'), ready('b')]) {
    const ground = await openGround(nodes, work);
    return { ground, fleet: await ground.open() };
  }

  describe(`${name} as a fleet`, () => {
    test('lists all nodes in order, with what they say of themselves', async () => {
      const nodes: readonly FleetNode[] = [
        { ...ready('worker-2'), isCordoned: true },
        { ...ready('windows-1'), os: 'windows' },
        { ...ready('worker-1'), isReady: false },
      ];

      expect(await (await open(undefined, [...nodes])).fleet.nodes(never)).toEqual([nodes[1], nodes[2], nodes[0]]);
    });

    test('runs what is ordered on its node, and brings the report back, whatever else is in the log', async () => {
      const text = JSON.stringify(Array.from({ length: 20_000 }, (_, n) => `${n}-${(n * 7919) % 104_729}`));
      const { fleet } = await open(async ({ node, args }, write) => {
        write(`said to stderr on ${node}\n`);
        for (const line of reportLines(`${node} ${args.join(' ')} ${text}`) ?? []) write(`${line}\nlater words\n`);
      });
      const begun = await fleet.begin(order('b'), never);
      const ended = await fleet.awaitEnd(begun, LONG_MS, never);

      expect(begun).toMatchObject({ node: 'b', run: 'run-1' });
      expect(ended).toEqual({ ...begun, state: 'succeeded' });
      const report = await fleet.report(ended, never);
      const got = typeof report === 'object' ? report.text : report;
      expect(got).toContain(text);
      expect(got).toMatch(/^b node-gc --x=1/);
    });

    test('makes one Job of a run on a node, however often and from wherever it is asked, also when that one has ended', async () => {
      const { ground, fleet } = await open();
      const other = await ground.open();
      const begun = await Promise.all([fleet, other, fleet].map((one) => one.begin(order(), never)));
      await fleet.awaitEnd(begun[0] as NodeJob, LONG_MS, never);
      const again = await other.begin(order(), never);

      expect(new Set([...begun, again].map((job) => job.name)).size).toBe(1);
      expect(again.state).toBe('succeeded');
      expect(ground.made()).toBe(1);
      expect((await fleet.jobs(never)).map(({ node, run, state }) => [node, run, state])).toEqual([
        ['a', 'run-1', 'succeeded'],
      ]);
    });

    test('makes another one on another node, and for another run', async () => {
      const { ground, fleet } = await open();
      for (const one of [order('a'), order('b'), order('a', 'run-2')]) await fleet.begin(one, never);

      expect(ground.made()).toBe(3);
      const seen = (await fleet.jobs(never)).map(({ node, run }) => `${node} ${run}`).sort();
      expect(seen).toEqual(['a run-1', 'a run-2', 'b run-1']);
      expect((await fleet.jobs(never, 'b')).map(({ node, run }) => `${node} ${run}`)).toEqual(['b run-1']);
      expect(await fleet.jobs(never, 'c')).toEqual([]);
    });

    test('tells Jobs that do the same from others, on whatever node', async () => {
      const { fleet } = await open();
      const [first, second, other] = await Promise.all([
        fleet.begin(order('a'), never),
        fleet.begin(order('b'), never),
        fleet.begin(order('b', 'run-2', ['node-gc', '--x=2']), never),
      ]);

      expect(first.orderHash).toBe(fleet.orderHash(order()));
      expect(second.orderHash).toBe(first.orderHash);
      expect(other.orderHash).not.toBe(first.orderHash);
    });

    test('gives a Job its file, and each its own', async () => {
      const { ground, fleet } = await open(async ({ plan }, write) => {
        write(`${reportLines(Buffer.from(plan ?? []).toString('hex'))?.join('\n')}\n`);
      });
      const files = { a: Uint8Array.from([0, 255, 10]), b: Uint8Array.from([7]) };
      for (const [node, plan] of Object.entries(files)) {
        const given = { ...order(node, 'run-1', ['apply', `--plan-sha256=${plan.length}`]), plan };
        const job = await fleet.begin(given, never);
        expect((await fleet.begin(given, never)).name).toBe(job.name);
        expect(job.orderHash).toBe(fleet.orderHash(given));
        const ended = await fleet.awaitEnd(job, LONG_MS, never);
        expect(await fleet.report(ended, never)).toEqual({ text: Buffer.from(plan).toString('hex') });
      }

      expect(ground.made()).toBe(2);
    });

    test('says that a Job has failed, and its report is there all the same', async () => {
      const { fleet } = await open(async (_, write) => {
        write(`${reportLines('it went wrong')?.join('\n')}\n`);
        throw new Error('3');
      });
      const ended = await fleet.awaitEnd(await fleet.begin(order(), never), LONG_MS, never);

      expect(ended).toMatchObject({ state: 'failed', why: expect.stringContaining('3') });
      expect(await fleet.report(ended, never)).toEqual({ text: 'it went wrong' });
    });

    test('waits no longer than it is told to', async () => {
      const { fleet } = await open(() => new Promise(() => {}));
      const ended = await fleet.awaitEnd(await fleet.begin(order(), never), 50, never);

      expect(ended.state).toBe('running');
    });

    test('stops waiting when it is told to, and the Job goes on', async () => {
      let finish = () => {};
      const { fleet } = await open(
        () =>
          new Promise((resolve) => {
            finish = resolve;
          }),
      );
      const job = await fleet.begin(order(), never);
      const stop = new AbortController();
      const waiting = fleet.awaitEnd(job, LONG_MS, stop.signal);
      setTimeout(() => stop.abort(new Error('enough')), 20);
      await expect(waiting).rejects.toThrow('enough');

      finish();
      expect((await fleet.awaitEnd(job, LONG_MS, never)).state).toBe('succeeded');
    });

    test('says that a Job is gone which was removed', async () => {
      const { ground, fleet } = await open(() => new Promise(() => {}));
      const job = await fleet.begin(order(), never);
      ground.remove(job);

      expect((await fleet.awaitEnd(job, LONG_MS, never)).state).toBe('gone');
      expect(await fleet.report(job, never)).toBe('no-log');
    });

    test.each([
      ['without any', 'none', (_: readonly string[]) => ['nothing of ours']],
      ['that lacks its beginning', 'cut', (lines: readonly string[]) => lines.slice(1)],
      [
        'that lacks its end',
        'cut',
        (lines: readonly string[]) => [...lines.slice(0, -1), lines.at(-1)?.slice(0, 60) ?? ''],
      ],
      ['that lacks a line in its middle', 'cut', (lines: readonly string[]) => lines.toSpliced(1, 1)],
    ] as const)('takes a log %s for no report', async (_, expected, cut) => {
      const text = Array.from({ length: 9_000 }, (__, n) => (n * 7919) % 104_729).join(' ');
      const { fleet } = await open(async (__, write) => write(`${cut(reportLines(text) ?? []).join('\n')}\n`));
      const ended = await fleet.awaitEnd(await fleet.begin(order(), never), LONG_MS, never);

      expect(reportLines(text)?.length).toBeGreaterThan(2);
      expect(await fleet.report(ended, never)).toBe(expected);
    });

    test('ends at once when it is stopped before it has begun', async () => {
      const { fleet } = await open();

      await expect(fleet.nodes(AbortSignal.abort(new Error('no more')))).rejects.toThrow('no more');
    });
  });
}
