import { describe, expect, test } from 'vitest';
import { type Accident, type KillingProxy, startKillingProxy } from '../support/killing-proxy.ts';
import { pushImage } from '../support/push-image.ts';
import { readTags } from '../support/registry-view.ts';
import { type CliResult, runCli, spawnCli } from '../support/run-cli.ts';
import {
  discard,
  holdings,
  hurtImages,
  serveFolder,
  smallWorldClasses,
  smallWorldFolder,
  smallWorldRows,
  writeRows,
} from '../support/small-world.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

/*
 * The whole command, killed for good (SIGKILL: no handler, no last write) before and after each request that changes something. Each
 * time a second run must reach the end of an undisturbed one, and undoing both must lead back to the beginning.
 */

/** Cycles at a time: while one waits for a process to start, another computes. */
const AT_ONCE = 3;

/** By default every third request is hit, before or after in turn, and every fifth cycle is undone. This does everything. */
const EVERY = process.env['WINNOW_EVERY_ACCIDENT'] === '1';

interface World {
  readonly proxy: KillingProxy;
  readonly folder: string;
  /** HOME, and with it the state directory. */
  readonly home: string;
  run(...args: readonly string[]): Promise<CliResult>;
  reconcileArgs(...more: readonly string[]): readonly string[];
  end(): Promise<void>;
}

async function openWorld(deleteByTag: boolean): Promise<World> {
  const folder = await smallWorldFolder();
  const home = makeTempFolder('home');
  const server = await serveFolder(folder, { deleteByTag });
  const proxy = await startKillingProxy(server.url);
  const records = writeRows(smallWorldRows, `${home}/records.csv`);
  return {
    proxy,
    folder,
    home,
    run: (...args) => runCli(args, { home }),
    reconcileArgs: (...more) => [
      ...['reconcile', '--registry', proxy.url, '--records', `file:${records}`, ...smallWorldClasses],
      ...['--concurrency', '1', '--confirm', '-o', 'json', ...more],
    ],
    end: async () => {
      await proxy.stop();
      await server.close();
      discard(folder, home);
    },
  };
}

interface Undisturbed {
  readonly before: readonly string[];
  readonly end: readonly string[];
  readonly actions: number;
  /** The changing requests that it made. */
  readonly changes: readonly string[];
}

async function undisturbed(deleteByTag: boolean, options: readonly string[]): Promise<Undisturbed> {
  const world = await openWorld(deleteByTag);
  try {
    const { proxy, folder } = world;
    const before = await holdings(proxy.url, folder);
    const { code, stdout, stderr } = await world.run(...world.reconcileArgs(...options));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { done } = JSON.parse(stdout).counts;
    return { before, end: await holdings(proxy.url, folder), actions: done, changes: [...proxy.changes] };
  } finally {
    await world.end();
  }
}

/** Kills a run, ends the work with a second one, undoes both. @returns what was not as it must be, in words */
async function dieOnce(
  deleteByTag: boolean,
  options: readonly string[],
  accident: Accident,
  goal: Undisturbed,
  undo: boolean,
): Promise<readonly string[]> {
  const world = await openWorld(deleteByTag);
  const { proxy, folder, home } = world;
  const wrong: string[] = [];
  const where = `killed ${accident.when} change ${accident.n} (${goal.changes[accident.n - 1]})`;
  const check = (holds: boolean, text: string) => {
    if (!holds) wrong.push(`${where}: ${text}`);
  };
  try {
    const first = spawnCli(world.reconcileArgs(...options), { home });
    proxy.arm(accident, () => {
      first.kill('SIGKILL');
      return first.exited;
    });
    const { signal } = await first.exited;
    check(signal === 'SIGKILL', `it was not killed: ${JSON.stringify(await first.exited)}`);
    const hurt = await hurtImages(proxy.url, smallWorldRows);
    check(hurt.length === 0, `kept images are hurt: ${hurt.join('; ')}`);

    const second = await world.run(...world.reconcileArgs(...options));
    check(second.code === 0, `the second run ended with ${second.code}: ${second.stdout} ${second.stderr}`);
    const end = await holdings(proxy.url, folder);
    check(same(end, goal.end), `another end: ${difference(end, goal.end)}`);

    if (!undo) return wrong;
    const runs = await world.run('run', 'ls', '-o', 'json');
    for (const { runId } of JSON.parse(runs.stdout).items as { readonly runId: string }[]) {
      const undone = await world.run('undo', runId);
      check(undone.code === 0, `undo of ${runId} ended with ${undone.code}: ${undone.stdout} ${undone.stderr}`);
    }
    const back = await holdings(proxy.url, folder);
    check(same(back, goal.before), `not all is back: ${difference(back, goal.before)}`);
    return wrong;
  } finally {
    await world.end();
  }
}

describe.each([
  { title: 'where tags can be deleted', deleteByTag: true },
  { title: 'where digests alone can be deleted', deleteByTag: false },
])('a run that is killed, $title', ({ deleteByTag }) => {
  test('leaves all that is kept whole, is ended by the next run, and both can be undone', async () => {
    const goal = await undisturbed(deleteByTag, []);
    expect(goal.actions).toBeGreaterThanOrEqual(20);
    expect(goal.end).not.toEqual(goal.before);

    const accidents = goal.changes
      .flatMap((_, index): Accident[] => [
        { n: index + 1, when: 'before' },
        { n: index + 1, when: 'after' },
      ])
      .filter(({ n, when }) => EVERY || (n % 3 === 1 && (n % 6 === 1) === (when === 'before')));
    expect(await dieAtEach(deleteByTag, [], accidents, goal)).toEqual([]);
  });
});

test('a run that is killed while it overwrites a shared tag is ended by the next one, and both can be undone', async () => {
  const options = ['--untag-by-overwrite'];
  const goal = await undisturbed(false, options);
  // The overwriting manifest's blob and itself, and the request behind that, which deletes it.
  const pushes = goal.changes.flatMap((change, index) => (change.startsWith('DELETE') ? [] : [index + 1]));
  expect(pushes.length).toBeGreaterThanOrEqual(2);
  const steps = [...pushes, (pushes.at(-1) ?? 0) + 1];
  const accidents = steps.flatMap((n): Accident[] => [
    { n, when: 'before' },
    { n, when: 'after' },
  ]);
  expect(await dieAtEach(false, options, accidents, goal)).toEqual([]);
});

test('a run that is killed when most tags are gone is no reason for the next one to be wary', async () => {
  const folder = makeTempFolder('registry');
  const home = makeTempFolder('home');
  const server = await serveFolder(folder, { deleteByTag: true });
  const rows: Record<string, 'archived' | 'running'> = {};
  for (let n = 1; n <= 24; n += 1) {
    await pushImage(server.url, 'team/app', { tag: `t${n}`, label: `${n}`, layers: ['common'] });
    rows[`team/app:t${n}`] = n <= 18 ? 'archived' : 'running';
  }
  const proxy = await startKillingProxy(server.url);
  const args = ['reconcile', '--registry', proxy.url, '--records', `file:${writeRows(rows)}`, ...smallWorldClasses];
  const first = spawnCli([...args, '--concurrency', '1', '--confirm'], { home });
  proxy.arm({ n: 34, when: 'after' }, () => {
    first.kill('SIGKILL');
    return first.exited;
  });
  expect((await first.exited).signal).toBe('SIGKILL');
  const left = (await readTags(server.url)).size;
  expect(left, 'more than half are gone, and not all').toBeLessThan(12);

  const next = await runCli([...args, '--confirm'], { home });
  await proxy.stop();

  expect(next.code, next.stdout + next.stderr).toBe(0);
  expect((await readTags(server.url)).size).toBe(6);
  expect(await hurtImages(server.url, rows)).toEqual([]);
});

async function dieAtEach(
  deleteByTag: boolean,
  options: readonly string[],
  accidents: readonly Accident[],
  goal: Undisturbed,
): Promise<readonly string[]> {
  const wrong: string[] = [];
  const queue = accidents.entries();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (const [index, accident] of queue)
        wrong.push(...(await dieOnce(deleteByTag, options, accident, goal, EVERY || index % 5 === 1)));
    }),
  );
  return wrong;
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.join('\n') === b.join('\n');
}

function difference(found: readonly string[], wanted: readonly string[]): string {
  const missing = wanted.filter((line) => !found.includes(line)).map((line) => `- ${line}`);
  const extra = found.filter((line) => !wanted.includes(line)).map((line) => `+ ${line}`);
  return [...missing, ...extra].join(', ');
}
