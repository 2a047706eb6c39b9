import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeBulk } from '../../src/demo/world/bulk.ts';
import { pushWorld } from '../../src/demo/world/push-world.ts';
import { recordStatuses } from '../../src/demo/world/world.ts';
import {
  type Company,
  type CompanyRecord,
  companyClasses,
  type Fate,
  goingTags,
  keptReasons,
  pushCompany,
  recordsQuery,
  recordsSql,
} from '../support/company.ts';
import { type DockerRegistry, startDockerRegistry } from '../support/docker-registry.ts';
import { type Postgres, startPostgres } from '../support/postgres.ts';
import { brokenParts, hashFolder, readTags, type Tags } from '../support/registry-view.ts';
import { describeReal } from '../support/requirements.ts';
import { type CliResult, runCli } from '../support/run-cli.ts';
import { skopeo } from '../support/skopeo.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

const NEEDS = ['docker-registry', 'postgres', 'initdb', 'skopeo'];
const REPOSITORIES = 44;
const TAGS = 113;

describeReal('reconcile, on a registry with 50 repositories and 5,000 tags and a PostgreSQL', NEEDS, () => {
  let registry: DockerRegistry;
  let database: Postgres;
  let company: Company;
  let before: Tags;
  let plan: PlanDocument;
  const home = makeTempFolder('home');
  const times: string[] = [];

  const records = () => `${database.url}?query=${recordsQuery}`;
  const reconcile = (...args: readonly string[]) =>
    timed(['reconcile', '--registry', registry.url, '--records', records(), ...args]);
  const classes = ['--transient', 'team/*', 'opschain/**', '--protected', 'limepoint/*'];

  async function timed(args: readonly string[], where = home): Promise<CliResult> {
    const began = Date.now();
    const result = await runCli(args, { home: where, timeoutMs: 280_000 });
    times.push(
      `winnow ${args[0]} ${args.filter((one) => /^--(confirm|plan-out|untag)/.test(one)).join(' ')}: ${seconds(began)}`,
    );
    return result;
  }

  beforeAll(async () => {
    [registry, database] = await Promise.all([startDockerRegistry(), startPostgres()]);
    const began = Date.now();
    const world = describeBulk({ repositories: REPOSITORIES, tagsPerRepository: TAGS, seed: 'real', now: new Date() });
    await pushWorld(registry.url, { world });
    company = joined(await pushCompany(registry.url), world);
    await database.sql(recordsSql(company.records));
    before = await readTags(registry.url);
    times.push(`pushing ${before.size} tags: ${seconds(began)}`);
  }, 240_000);

  afterAll(() => {
    process.stderr.write(`reconcile on docker-registry:\n${times.map((line) => `  ${line}\n`).join('')}`);
  });

  test('the registry holds what the story says', () => {
    expect([...before.keys()].sort()).toEqual([...company.fates.keys()].sort());
    expect(before.size).toBeGreaterThanOrEqual(5000);
    expect(new Set([...before.keys()].map((reference) => reference.split(':')[0])).size).toBe(50);
  });

  test('a dry run shows what would go and what stays and why, and changes nothing at all', async () => {
    const folder = hashFolder(registry.folder);
    const { code, stdout, stderr } = await reconcile(...classes, '-o', 'json', '--show-kept');

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(hashFolder(registry.folder)).toBe(folder);
    plan = JSON.parse(stdout);
    expect(removedTags(plan)).toEqual(goingTags(company, false));
    const kept = plan.kept?.map(({ target, reason }) => [withoutHost(target), reason]) ?? [];
    expect(Object.fromEntries(kept)).toEqual(keptReasons(company, false));
    expect(plan.gaps).toEqual([]);
    expect(stdout + stderr).not.toContain(new URL(database.url).password);
  });

  test('with --confirm exactly the tags of inactive records go, and every image that stays can be pulled whole', async () => {
    const { code, stdout, stderr } = await reconcile(...classes, '-o', 'json', '--confirm');

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const report = JSON.parse(stdout);
    expect(report.tally).toMatchObject({ done: plan.actions.length, skipped: 0, failed: 0 });
    const after = await readTags(registry.url);
    const gone = new Set(goingTags(company, false));
    expect([...after]).toEqual([...before].filter(([reference]) => !gone.has(reference)));
    expect(await brokenParts(registry.url, after.keys())).toEqual([]);
  });

  test('a real client copies what was kept: siblings, an index, a nested index, a signature', async () => {
    const signature = [...before.keys()].find(
      (reference) => /^team\/signed:.*\.att$/.test(reference) && !goingTags(company, false).includes(reference),
    );
    const sample = [
      'team/siblings:a0',
      'team/indexes:new',
      'team/indexes:leaf',
      'team/indexes:nested-new',
      'team/indexes:docker-new',
    ];
    for (const reference of [...sample, String(signature)])
      await skopeo(
        'copy',
        '--all',
        '--preserve-digests',
        `docker://${registry.host}/${reference}`,
        `dir:${makeTempFolder('copied')}`,
      );
    await expect(skopeo('inspect', '--raw', `docker://${registry.host}/team/indexes:old`)).rejects.toThrow(
      'manifest unknown',
    );
  });

  test('undo brings all tags back with the same digests', async () => {
    const { code, stdout, stderr } = await timed(['undo', 'last', '-o', 'json']);

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout).counts).toMatchObject({ restored: plan.actions.length, impossible: 0, failed: 0 });
    expect([...(await readTags(registry.url))]).toEqual([...before]);
  });

  test('a saved plan does the same, to the letter', async () => {
    const file = join(home, 'plan.jsonl');
    const planned = await reconcile(...classes, '-o', 'json', '--plan-out', file);
    const applied = await timed(['apply', file, '--records', records(), '-o', 'json', '--confirm']);

    expect([planned.code, applied.code, planned.stderr, applied.stderr]).toEqual([0, 0, '', '']);
    expect(removedTags(JSON.parse(planned.stdout))).toEqual(goingTags(company, false));
    const after = await readTags(registry.url);
    const gone = new Set(goingTags(company, false));
    expect([...after]).toEqual([...before].filter(([reference]) => !gone.has(reference)));
    const undone = await timed(['undo', JSON.parse(applied.stdout).runId]);
    expect(undone.code).toBe(0);
    expect([...(await readTags(registry.url))]).toEqual([...before]);
    expect(await brokenParts(registry.url, before.keys())).toEqual([]);
  });

  test('with --untag-by-overwrite a tag goes alone, and undo brings it back', async () => {
    const elsewhere = makeTempFolder('home');
    const repositories = [...new Set([...company.fates.keys()].map((reference) => reference.split(':')[0] ?? ''))];
    const named = repositories.filter((name) => !name.startsWith('opschain/'));
    const args = ['--registry', registry.url, '--repositories', ...named, '--records', records(), ...companyClasses];
    const confirmed = await timed(['reconcile', ...args, '--untag-by-overwrite', '--confirm', '-o', 'json'], elsewhere);

    expect({ code: confirmed.code, stderr: confirmed.stderr }).toEqual({ code: 0, stderr: '' });
    const after = await readTags(registry.url);
    const gone = new Set(goingTags(company, true).filter((reference) => !reference.startsWith('opschain/')));
    expect([...after]).toEqual([...before].filter(([reference]) => !gone.has(reference)));
    expect(await brokenParts(registry.url, after.keys())).toEqual([]);
    const undone = await timed(['undo', 'last'], elsewhere);
    expect([undone.code, undone.stderr]).toEqual([0, '']);
    expect([...(await readTags(registry.url))]).toEqual([...before]);
  });
});

interface PlanDocument {
  readonly actions: readonly { readonly do: string; readonly target: string }[];
  readonly kept?: readonly { readonly target: string; readonly reason: string }[];
  readonly gaps: readonly unknown[];
}

function removedTags({ actions }: PlanDocument): readonly string[] {
  return actions
    .filter((action) => action.do === 'delete-tag')
    .map(({ target }) => withoutHost(target))
    .sort();
}

function withoutHost(target: string): string {
  return target.slice(target.indexOf('/') + 1);
}

function seconds(beganAtMs: number): string {
  return `${((Date.now() - beganAtMs) / 1000).toFixed(1)} s`;
}

/** The company with the bulk of the world beside it: there every tag has a manifest of its own, so that its record alone decides. */
function joined(company: Company, world: ReturnType<typeof describeBulk>): Company {
  const active: readonly string[] = recordStatuses.active;
  const statusOf = new Map(
    world.records.map(({ repository, tag, status }): [string, CompanyRecord['status']] => [
      `${repository}:${tag}`,
      active.includes(status) ? 'running' : 'archived',
    ]),
  );
  const fates = new Map<string, Fate>(company.fates);
  for (const { name, tags } of world.repositories)
    for (const tag of tags) {
      const status = statusOf.get(`${name}:${tag.name}`);
      fates.set(
        `${name}:${tag.name}`,
        status === undefined ? 'no-record' : status === 'archived' ? 'goes' : 'active-record',
      );
    }
  const records = [...statusOf].map(([reference, status]): CompanyRecord => {
    const [repository = '', tag = ''] = reference.split(':');
    return { repository, tag, status };
  });
  return { records: [...company.records, ...records], fates };
}
