import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeBulk } from '../../src/demo/world/bulk.ts';
import { pushWorld } from '../../src/demo/world/push-world.ts';
import type { World } from '../../src/demo/world/world.ts';
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
const TAGS = 45;

describeReal('reconcile, on a registry with 50 repositories and 2,000 tags and a PostgreSQL', NEEDS, () => {
  const folder = makeTempFolder('registry');
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
  const classes = ['--transient', 'team/*', '--transient', 'opschain/**', '--protected', 'limepoint/*'];

  async function timed(args: readonly string[], where = home): Promise<CliResult> {
    const began = Date.now();
    const result = await runCli(args, { home: where, timeoutMs: 280_000 });
    times.push(
      `winnow ${args[0]} ${args.filter((one) => /^--(confirm|plan-out|untag)/.test(one)).join(' ')}: ${seconds(began)}`,
    );
    return result;
  }

  beforeAll(async () => {
    [registry, database] = await Promise.all([startDockerRegistry({ folder }), startPostgres()]);
    const began = Date.now();
    const world = describeBulk({ repositories: REPOSITORIES, tagsPerRepository: TAGS, seed: 'real', now: new Date() });
    await pushWorld(registry.url, { world });
    company = joined(await pushCompany(registry.url), world);
    await database.sql(recordsSql(company.records));
    before = await readTags(registry.url);
    times.push(`pushing ${before.size} tags: ${seconds(began)}`);
  }, 240_000);

  afterAll(async () => {
    const began = Date.now();
    await registry.stop();
    await rm(folder, { recursive: true, force: true }); // 70,000 files and folders: no work for the end of the process
    times.push(`removing the registry's folder: ${seconds(began)}`);
    process.stderr.write(`reconcile on docker-registry:\n${times.map((line) => `  ${line}\n`).join('')}`);
  }, 240_000);

  test('the registry holds what the story says', () => {
    expect([...before.keys()].sort()).toEqual([...company.fates.keys()].sort());
    expect(before.size).toBeGreaterThanOrEqual(2000);
    expect(new Set([...before.keys()].map((reference) => reference.split(':')[0])).size).toBe(50);
  });

  test('a dry run shows what would go and what stays and why, and changes nothing at all', async () => {
    const untouched = hashFolder(folder);
    const { code, stdout, stderr } = await reconcile(...classes, '-o', 'json', '--show-kept');

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(hashFolder(folder)).toBe(untouched);
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
    expect(JSON.parse(stdout)).toMatchObject({
      outcome: 'success',
      counts: { done: plan.actions.length, alreadyGone: 0, skipped: 0, failed: 0 },
      totals: { found: before.size, removed: goingTags(company, false).length },
      undone: [],
    });
    const after = await readTags(registry.url);
    expect([...after]).toEqual(without(before, goingTags(company, false)));
    expect(await brokenParts(registry.url, after.keys())).toEqual([]);
  });

  test('a real client copies what was kept: siblings, indexes, a leaf of one, an attestation', async () => {
    const gone = new Set(goingTags(company, false));
    const attestation = [...before.keys()].find((reference) => reference.endsWith('.att') && !gone.has(reference));
    // Not the nested index: skopeo does not copy those.
    const sample = ['team/siblings:a0', 'team/siblings:c9', 'team/indexes:new', 'team/indexes:leaf', attestation];
    for (const reference of [...sample, 'team/indexes:docker-new']) {
      const to = `dir:${makeTempFolder('copied')}`;
      await skopeo('copy', '--all', '--preserve-digests', `docker://${registry.host}/${reference}`, to);
    }
    await expect(skopeo('inspect', '--raw', `docker://${registry.host}/team/indexes:old`)).rejects.toThrow(
      'manifest unknown',
    );
  });

  test('undo brings all tags back with the same digests', async () => {
    const { code, stdout, stderr } = await timed(['undo', 'last', '-o', 'json']);

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout).counts).toMatchObject({ restored: plan.actions.length, impossible: 0, failed: 0 });
    expect([...(await readTags(registry.url))]).toEqual([...before]);
    expect(await brokenParts(registry.url, goingTags(company, false))).toEqual([]); // the others were looked at above
  });

  test.each([
    { title: 'a saved plan does the same, to the letter', byTag: false, flags: [] },
    { title: 'with --untag-by-overwrite siblings go alone', byTag: true, flags: ['--untag-by-overwrite'] },
  ])('$title, and undo brings all back (six repositories)', async ({ byTag, flags }) => {
    const where = makeTempFolder('home'); // another memory: what was 50 repositories is 6 now
    const names = [...new Set([...company.fates.keys()].map((reference) => reference.split(':')[0] ?? ''))];
    const small = names.filter((name) => !name.startsWith('opschain/'));
    const there = without(before, []).filter(([reference]) => small.includes(reference.split(':')[0] ?? ''));
    const gone = goingTags(company, byTag).filter((reference) => !reference.startsWith('opschain/'));
    const named = small.flatMap((repository) => ['--repositories', repository]);
    const args = ['--registry', registry.url, ...named, '--records', records(), ...companyClasses];

    const planned = await timed(
      ['reconcile', ...args, ...flags, '-o', 'json', '--plan-out', join(where, 'plan.jsonl')],
      where,
    );
    const applied = await timed(['apply', 'plan.jsonl', '--records', records(), '-o', 'json', '--confirm'], where);
    const after = await readTags(registry.url, small);
    const broken = await brokenParts(registry.url, after.keys());
    const undone = await timed(['undo', JSON.parse(applied.stdout).runId], where);

    expect([planned.code, planned.stderr, applied.code, applied.stderr]).toEqual([0, '', 0, '']);
    expect(removedTags(JSON.parse(planned.stdout))).toEqual(gone);
    expect([...after]).toEqual(without(new Map(there), gone));
    expect(broken).toEqual([]);
    expect([undone.code, undone.stderr]).toEqual([0, '']);
    expect([...(await readTags(registry.url, small))]).toEqual(there);
  });
});

function without(tags: Tags, gone: readonly string[]): readonly (readonly [string, string])[] {
  const left = new Set(gone);
  return [...tags].filter(([reference]) => !left.has(reference));
}

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

/**
 * The company with the bulk of the world beside it, where every tag has a manifest of its own, so that its record alone decides: of
 * ten tags two are done with, seven in use, and one has no record.
 */
function joined(company: Company, world: World): Company {
  const records: CompanyRecord[] = [...company.records];
  const fates = new Map<string, Fate>(company.fates);
  for (const { name: repository, tags } of world.repositories)
    tags.forEach(({ name: tag }, n) => {
      const status = n % 5 === 0 ? 'archived' : 'running';
      const silent = n % 10 === 9;
      if (!silent) records.push({ repository, tag, status });
      fates.set(`${repository}:${tag}`, silent ? 'no-record' : status === 'archived' ? 'goes' : 'active-record');
    });
  return { records, fates };
}
