import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'libsql';
import { beforeAll, describe, expect, test } from 'vitest';
import { atEnd } from '../../../test/support/at-end.ts';
import { makeTempFolder } from '../../../test/support/temp-folder.ts';
import { blobPath, layerLinkPath, revisionLinkPath, storeRoot, uploadPath } from '../../oci/distribution-layout.ts';
import { startRegistryServer } from '../registry-server/start-registry-server.ts';
import { buildWorld } from './build-world.ts';
import { describeWorld } from './describe-world.ts';
import type { WorldSummary } from './summary.ts';

const now = new Date('2026-11-20T12:00:00Z');
const home = makeTempFolder('world');
const folder = join(home, 'registry');
const root = storeRoot(folder);
const databasePath = join(home, 'records.db');
const world = describeWorld({ seed: 'demo', now });
let summary: WorldSummary;

beforeAll(async () => {
  summary = await buildWorld({ folder, databasePath, seed: 'demo', now });
});

describe('the store', () => {
  test('is served by the demo registry: every tag stands for its digest', async () => {
    const server = await startRegistryServer({ folder });
    atEnd(() => server.close());

    const catalog = (await (await fetch(`${server.url}/v2/_catalog`)).json()) as { repositories: string[] };
    expect(catalog.repositories).toEqual(summary.repositories.map(({ name }) => name).sort());
    for (const { repository, tag, digest } of summary.tags) {
      const head = await fetch(`${server.url}/v2/${repository}/manifests/${tag}`, { method: 'HEAD' });
      expect([repository, tag, head.headers.get('docker-content-digest')]).toEqual([repository, tag, digest]);
    }
    const long = [...world.blobs.keys()].find((digest) => digest.startsWith('sha512:'));
    const layer = await fetch(`${server.url}/v2/agents/database/blobs/${long}`, { method: 'HEAD' });
    expect(layer.status).toBe(200);
    const sbom = summary.referrers[0];
    const listed = await fetch(`${server.url}/v2/${sbom?.repository}/referrers/${sbom?.subject}`);
    expect(await listed.json()).toMatchObject({ manifests: [{ digest: sbom?.digest }] });
  });

  test('takes at most 40 MiB of the disk', () => {
    const used = (path: string): number => {
      const { blocks } = lstatSync(path);
      return (
        blocks * 512 +
        (lstatSync(path).isDirectory() ? readdirSync(path).reduce((sum, name) => sum + used(join(path, name)), 0) : 0)
      );
    };

    expect(used(folder)).toBeLessThan(40 * 1024 * 1024);
    expect(summary.store.sizeBytes).toBeGreaterThan(8_000_000);
  });

  test('has the times of the pushes: a blob is as old as its first', () => {
    const named = (digest: string) =>
      world.repositories.flatMap(({ manifests }) => manifests.filter(({ blobs }) => blobs.includes(digest as never)));
    const [base] = world.repositories[0]?.manifests[0]?.blobs.slice(1) ?? [];
    if (base === undefined) throw new Error('the first image has no layer');
    const first = Math.min(...named(base).map(({ pushedAt }) => pushedAt.getTime()));

    expect(statSync(blobPath(root, base)).mtimeMs).toBeCloseTo(first, -1);
    const { name, manifests } = world.repositories[1] ?? { name: '', manifests: [] };
    const revision = manifests[3];
    if (revision === undefined) throw new Error('the second repository has no fourth manifest');
    expect(statSync(revisionLinkPath(root, name, revision.digest)).mtimeMs).toBeCloseTo(
      revision.pushedAt.getTime(),
      -1,
    );
  });

  test('has what failed pushes leave: loose blobs, stray layers, uploads, manifests without a name', () => {
    const { looseBlobs, strayBlobs, uploads, untagged } = summary.leftovers;

    expect([looseBlobs.length, strayBlobs.length, uploads.length, untagged.length]).toEqual([6, 4, 3, 4]);
    for (const digest of looseBlobs) {
      expect(existsSync(blobPath(root, digest))).toBe(true);
      for (const { name } of summary.repositories) expect(existsSync(layerLinkPath(root, name, digest))).toBe(false);
    }
    for (const { repository, digest } of strayBlobs)
      expect(readFileSync(layerLinkPath(root, repository, digest), 'utf8')).toBe(digest);
    for (const { repository, uuid, startedAt } of uploads)
      expect(Date.parse(readFileSync(join(uploadPath(root, repository, uuid), 'startedat'), 'utf8'))).toBeCloseTo(
        startedAt.getTime(),
        -4,
      );
  });
});

test('writes the records into a table: those under way have no end', () => {
  const database = new Database(databasePath);
  const rows = database.prepare('select id, repository, tag, status, finished_at from changes order by id').all();
  database.close();

  expect(rows).toHaveLength(summary.records);
  expect(rows).toEqual(
    world.records.map(({ id, repository, tag, status, finishedAt }) => {
      return { id, repository, tag, status, finished_at: finishedAt?.toISOString() ?? null };
    }),
  );
});

test.each([
  ['a registry', join(home, 'registry'), join(home, 'other.db')],
  ['a database', join(home, 'elsewhere'), databasePath],
])('never writes over %s that is there already', async (_, place, database) => {
  await expect(buildWorld({ folder: place, databasePath: database, seed: 'demo', now })).rejects.toMatchObject({
    code: 'DEMO_NOT_EMPTY',
  });

  expect(existsSync(join(home, 'elsewhere'))).toBe(false);
  expect(existsSync(join(home, 'other.db'))).toBe(false);
});

test('stops when it is told to', async () => {
  const stop = new AbortController();
  mkdirSync(join(home, 'stopped'));
  const building = buildWorld({
    folder: join(home, 'stopped'),
    databasePath: join(home, 'stopped.db'),
    seed: 'demo',
    now,
    signal: stop.signal,
  });
  setImmediate(() => stop.abort(new Error('enough')));

  await expect(building).rejects.toThrow('enough');
  expect(existsSync(join(home, 'stopped.db'))).toBe(false);
});
