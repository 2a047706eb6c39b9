import { rmSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type Fault, type FaultProxy, type ProxiedRequest, startFaultProxy } from '../support/fault-proxy.ts';
import { startPostgres } from '../support/postgres.ts';
import { readTags } from '../support/registry-view.ts';
import { describeReal } from '../support/requirements.ts';
import { type CliResult, runCli } from '../support/run-cli.ts';
import { startScriptedServer } from '../support/scripted-server.ts';
import {
  holdings,
  hurtImages,
  type Rows,
  serveFolder,
  smallWorldClasses,
  smallWorldFolder,
  smallWorldRows,
  writeRows,
} from '../support/small-world.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

type Decide = (request: ProxiedRequest) => Fault;

interface World {
  readonly proxy: FaultProxy;
  readonly home: string;
  readonly csv: string;
  readonly digests: ReadonlyMap<string, string>;
  /** From now on requests are spoiled like this. */
  spoil(decide: Decide): void;
  /** `reconcile` with the CSV's records, unless others are given. */
  reconcile(args: readonly string[], records?: string): Promise<CliResult>;
  run(...args: readonly string[]): Promise<CliResult>;
  /** What the registry really holds. */
  holds(): Promise<readonly string[]>;
  tags(): Promise<readonly string[]>;
}

async function openWorld(deleteByTag = false): Promise<World> {
  const folder = await smallWorldFolder();
  const home = makeTempFolder('home');
  const server = await serveFolder(folder, { deleteByTag });
  let decide: Decide = () => 'pass';
  const proxy = await startFaultProxy(server.url, (request) => decide(request));
  const csv = writeRows(smallWorldRows);
  const run = (...args: readonly string[]) => runCli(args, { home });
  return {
    proxy,
    home,
    csv,
    digests: await readTags(server.url),
    spoil: (how) => {
      decide = how;
    },
    run,
    reconcile: (args, records = `file:${csv}`) =>
      run(
        ...['reconcile', '--registry', proxy.url, '--records', records, ...smallWorldClasses],
        ...['--retries', '1', '--timeout', '1s', '-o', 'json', ...args],
      ),
    holds: () => holdings(server.url, folder),
    tags: async () => [...(await readTags(server.url)).keys()],
  };
}

const goals = new Map<boolean, Promise<readonly string[]>>();

/** What an undisturbed run leaves: the same for each copy of the world. */
function goal(deleteByTag: boolean): Promise<readonly string[]> {
  const known = goals.get(deleteByTag) ?? reachGoal(deleteByTag);
  goals.set(deleteByTag, known);
  return known;
}

async function reachGoal(deleteByTag: boolean): Promise<readonly string[]> {
  const world = await openWorld(deleteByTag);
  expect((await world.reconcile(['--confirm'])).code).toBe(0);
  return await world.holds();
}

const inApp = (reference: string) => reference.startsWith('team/app:');

describe('a registry that fails while it is surveyed', () => {
  const oneManifest = (fault: Fault): Decide => {
    return ({ method, path }) => (method === 'GET' && path === '/v2/team/app/manifests/step-3' ? fault : 'pass');
  };

  test.each<{ readonly title: string; readonly fault: Fault }>([
    { title: 'is a 500', fault: { status: 500 } },
    { title: 'never comes', fault: 'hang' },
    { title: 'breaks off in the middle', fault: 'cut' },
    { title: 'comes with other bytes', fault: 'wrong-bytes' },
  ])('with one manifest that $title, it keeps that repository, cleans the others and says so', async ({ fault }) => {
    const world = await openWorld();
    const before = await world.tags();
    world.spoil(oneManifest(fault));

    const plan = await world.reconcile([]);
    const { code } = await world.reconcile(['--confirm']);

    expect(plan.code).toBe(5);
    expect(JSON.parse(plan.stdout).gaps).toContainEqual(
      expect.objectContaining({ scope: `${world.proxy.host}/team/app` }),
    );
    expect(code).toBe(5);
    const after = await world.tags();
    expect(after.filter(inApp)).toEqual(before.filter(inApp));
    expect(after).not.toContain('team/multi:old');
    expect(await hurtImages(world.proxy.url, onlyOutsideApp())).toEqual([]);
  });

  test('with a list of tags that can not be read, it keeps that repository', async () => {
    const world = await openWorld();
    const before = await world.tags();
    world.spoil(({ path }) => (path.startsWith('/v2/team/app/tags/list') ? { status: 500 } : 'pass'));

    const plan = await world.reconcile([]);
    await world.reconcile(['--confirm']);

    expect(plan.code).toBe(5);
    expect(JSON.parse(plan.stdout).gaps).toContainEqual(
      expect.objectContaining({ scope: `${world.proxy.host}/team/app`, hides: 'existence' }),
    );
    const after = await world.tags();
    expect(after.filter(inApp)).toEqual(before.filter(inApp));
    expect(after).not.toContain('team/multi:old');
  });

  test('with a catalog that breaks off, no tag that an active record owns is hurt, and it does not end well', async () => {
    const world = await openWorld();
    world.spoil(({ path }) => (/^\/v2\/_catalog/.test(path) ? 'cut' : 'pass'));

    const { code, stdout, stderr } = await world.reconcile(['--confirm']);

    expect(code, stdout + stderr).not.toBe(0);
    expect(stdout + stderr).toMatch(/catalog/);
    world.spoil(() => 'pass');
    expect(await hurtImages(world.proxy.url, smallWorldRows)).toEqual([]);
  });
});

describe('a registry that fails while things are deleted', () => {
  test.each([true, false])(
    'with one that it refuses, the rest is done and the next run does it (by tag: %s)',
    async (byTag) => {
      const world = await openWorld(byTag);
      const before = await world.holds();
      const digest = String(world.digests.get('team/app:step-1'));
      world.spoil(({ method, path }) => (method === 'DELETE' && path.endsWith(digest) ? { status: 500 } : 'pass'));

      const first = await world.reconcile(['--confirm']);
      const left = await world.holds();
      world.spoil(() => 'pass');
      const second = await world.reconcile(['--confirm']);

      expect(first.code, first.stderr).toBe(3);
      expect(left).toContain(`team/app@${digest}`);
      expect(left.length).toBeLessThan(before.length - 10);
      expect(second.code, second.stderr).toBe(0);
      expect(await world.holds()).toEqual(await goal(byTag));
    },
  );

  test('with every first answer lost, it comes to the same end, and undo brings all back', async () => {
    const world = await openWorld(true);
    const before = await world.holds();
    world.spoil(({ method, n }) => (method === 'DELETE' && n === 1 ? 'lose-answer' : 'pass'));

    await world.reconcile(['--confirm']);
    const second = await world.reconcile(['--confirm']);
    expect(second.code, second.stderr).toBe(0);
    expect(await world.holds()).toEqual(await goal(true));

    const runs = JSON.parse((await world.run('run', 'ls', '-o', 'json')).stdout).items;
    for (const { runId } of runs) expect((await world.run('undo', runId)).code).toBe(0);
    expect(await world.holds()).toEqual(before);
  });

  test('when it goes away in the middle, the next run ends the work', async () => {
    const world = await openWorld(true);
    let deletions = 0;
    world.spoil(({ method }) => {
      if (method === 'DELETE') deletions += 1;
      return deletions > 3 ? 'reset' : 'pass';
    });

    const first = await world.reconcile(['--confirm', '--concurrency', '1']);
    world.spoil(() => 'pass');
    expect(await hurtImages(world.proxy.url, smallWorldRows)).toEqual([]);
    const second = await world.reconcile(['--confirm']);

    expect(first.code, first.stderr).toBe(3);
    expect(second.code, second.stderr).toBe(0);
    expect(await world.holds()).toEqual(await goal(true));
  });
});

describe('records that fail', () => {
  test('on their second page, nothing is deleted', async () => {
    const world = await openWorld();
    const before = await world.holds();
    const rows = Object.entries(smallWorldRows).map(([reference, status], n) => {
      const [repository, tag] = reference.split(':');
      return { id: `chg-${n}`, repository, tag, status };
    });
    const records = await startScriptedServer(({ path }, response) => {
      if (path.includes('page=2')) response.writeHead(500).end('broken');
      else
        response
          .writeHead(200, { 'content-type': 'application/json', link: '</records?page=2>; rel="next"' })
          .end(JSON.stringify(rows.slice(0, 8)));
    });

    const { code, stdout, stderr } = await world.reconcile(['--confirm'], `${records.url}/records`);

    expect(
      records.requests.some(({ path }) => path.includes('page=2')),
      stderr,
    ).toBe(true);
    expect(code, stdout + stderr).toBe(5);
    expect(await world.holds()).toEqual(before);
  });

  test('because they are gone between plan and apply, nothing is deleted', async () => {
    const world = await openWorld();
    const before = await world.holds();
    const plan = `${world.home}/plan.jsonl`;
    expect((await world.reconcile(['--plan-out', plan])).code).toBe(0);
    rmSync(world.csv);

    const { code, stdout, stderr } = await world.run('apply', plan, '--confirm', '-o', 'json');

    expect(code, stdout + stderr).toBe(2);
    expect(stdout + stderr).toContain('RECORDS_NOT_FOUND');
    expect((await world.run('run', 'ls', '-o', 'json')).stdout).toContain('"items": []');
    expect(await world.holds()).toEqual(before);
  });

  test('by losing more than half of their rows since the last run, nothing is deleted', async () => {
    const world = await openWorld();
    const before = await world.holds();
    const elsewhere = Object.fromEntries(
      Array.from({ length: 20 }, (_, n) => [`elsewhere/app:v${n}`, 'running'] as const),
    );
    writeRows({ ...smallWorldRows, ...elsewhere }, world.csv);
    expect((await world.reconcile([])).code).toBe(0);
    const archived = Object.entries(smallWorldRows).filter(([, status]) => status === 'archived');
    writeRows(Object.fromEntries(archived.slice(0, 5)), world.csv);

    const { code, stdout } = await world.reconcile(['--confirm']);

    expect(code, stdout).toBe(5);
    expect(await world.holds()).toEqual(before);
  });
});

describeReal('a PostgreSQL that crashes between plan and apply', ['postgres', 'initdb'], () => {
  test('nothing is deleted', async () => {
    const world = await openWorld();
    const before = await world.holds();
    const database = await startPostgres();
    const values = Object.entries(smallWorldRows).map(([reference, status], n) => {
      const [repository, tag] = reference.split(':');
      return `('chg-${n}', '${repository}', '${tag}', '${status}')`;
    });
    await database.sql(
      `create table changes (id text, repository text, tag text, status text); insert into changes values ${values.join(', ')}`,
    );
    const records = `${database.url}?query=SELECT id, repository, tag, status FROM changes`;
    const plan = `${world.home}/plan.jsonl`;
    const planned = await world.reconcile(['--plan-out', plan], records);
    expect(planned.code, planned.stderr).toBe(0);
    await database.kill();

    const { code, stdout, stderr } = await world.run('apply', plan, '--records', records, '--confirm', '-o', 'json');

    expect(code, stdout + stderr).toBe(5);
    expect(await world.holds()).toEqual(before);
  });
});

function onlyOutsideApp(): Rows {
  return Object.fromEntries(Object.entries(smallWorldRows).filter(([reference]) => !inApp(reference)));
}
