import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { image, listTree } from '../../../../test/support/store-world/index.ts';
import { makeTempFolder } from '../../../../test/support/temp-folder.ts';
import { buildTrowStore, TROW_WRITTEN_AT_MS, type TrowWorld } from '../../../../test/support/trow-store.ts';
import { collectEvidence } from '../../../evidence/evidence.ts';
import type { Resource } from '../../../evidence/resource.ts';
import type { BlobFacts } from '../contract.ts';
import { storeWritingContract } from '../contract-writing.suite.ts';
import { openTrowFiles } from './index.ts';
import { blobPath } from './layout.ts';

const signal = new AbortController().signal;

async function open(world: TrowWorld) {
  const built = buildTrowStore(makeTempFolder('trow'), world);
  const store = await openTrowFiles(built.dir);
  return { ...built, store, at: (...path: string[]) => join(built.dir, ...path) };
}

storeWritingContract('trow-files', { layerLinks: false, quarantine: true }, async () => {
  const { dir, store } = await open({});
  return {
    traits: store.traits,
    open: () => store,
    putBlob: async (digest, bytes) => {
      writeFileSync(blobPath(dir, digest), bytes);
      return Math.floor(statSync(blobPath(dir, digest)).mtimeMs);
    },
    blob: async (digest) => (existsSync(blobPath(dir, digest)) ? readFileSync(blobPath(dir, digest)) : undefined),
    putLayerLink: () => Promise.reject(new Error('Trow has no layer links')),
    layerLink: async () => undefined,
  };
});

describe('a blob', () => {
  test('is told with its size, what it gives back, and when it was uploaded last', async () => {
    const { store, digest, blobPath: path } = await open({ orphans: ['a', 'b'], blobs: { a: 10_000 }, missing: ['b'] });

    const facts: BlobFacts[] = [];
    for await (const one of store.examine([digest('a'), digest('b')], true, signal)) facts.push(one);

    const { blocks } = statSync(path('a'));
    expect(facts).toEqual([
      {
        digest: digest('a'),
        sizeBytes: 10_000,
        freesBytes: blocks * 512,
        dataAtMs: TROW_WRITTEN_AT_MS,
        newestAtMs: TROW_WRITTEN_AT_MS,
        linkedBy: [],
      },
    ]);
  });

  test('is read whole, or in pieces', async () => {
    const { store, digest } = await open({ orphans: ['a'], blobs: { a: 200_000 } });

    const bytes = await store.read(digest('a'), 200_000, signal);
    let length = 0;
    for await (const piece of (await store.stream(digest('a'), signal))!) length += piece.length;

    expect([bytes?.length, length]).toEqual([200_000, 200_000]);
    await expect(store.read(digest('a'), 199_999, signal)).rejects.toMatchObject({ code: 'STORE_TOO_LARGE' });
  });

  test('without data is none', async () => {
    const { store, digest } = await open({});

    expect(await store.read(digest('a'), 10, signal)).toBeUndefined();
    expect(await store.stream(digest('a'), signal)).toBeUndefined();
    expect(await store.read(`sha512:${'0'.repeat(128)}`, 10, signal)).toBeUndefined();
  });
});

test('what was pushed since is told from the files that were written since', async () => {
  const { store, writeReference, nameOf } = await open({
    manifests: { A: image(['a']), B: image(['b']), C: image(['c']) },
    repositories: { app: { old: 'A' } },
  });
  const sinceMs = Date.UTC(2025, 0);
  const time = (hour: number) => new Date(sinceMs + hour * 3_600_000).toISOString();
  writeReference(
    'app',
    'v1',
    [
      ['A', time(-9)],
      ['B', time(1)],
      ['C', time(2)],
    ],
    sinceMs + 7_200_000,
  );
  writeReference('app', '@C', 'C', sinceMs);

  const found: string[] = [];
  for await (const one of store.revisionsSince(sinceMs, signal)) found.push(`${one.repository}@${nameOf(one.digest)}`);

  expect(new Set(found)).toEqual(new Set(['app@B', 'app@C']));
});

describe('what only lies about', () => {
  const world: TrowWorld = {
    manifests: { A: image(['a']) },
    repositories: { 'team/app': { v1: 'A', '@A': 'A' }, other: { '@A': 'A' } },
    scratch: { '4f6a': 70 },
  };
  const upload = (scope: string): Resource => ({ kind: 'upload', scope, key: '4f6a' });

  test('is told: uploads, and repositories with nothing in them', async () => {
    const { store, at } = await open(world);
    mkdirSync(at('manifests/gone/app'), { recursive: true });
    utimesSync(at('manifests/gone/app'), 1000, 1000);
    const { sink, evidence } = collectEvidence();

    await store.leftovers().survey(sink, signal);

    const { resources } = evidence;
    const told = Array.from({ length: resources.size }, (_, id) => ({ ...resources.at(id), ...evidence.about(id) }));
    expect(told).toEqual([
      { ...upload(store.name), sizeBytes: 70, pushedAtMs: TROW_WRITTEN_AT_MS },
      { kind: 'repository', scope: store.name, key: 'gone/app', pushedAtMs: 1_000_000 },
    ]);
  });

  test('goes, unless it is newer, and an upload does not come back', async () => {
    const { store, at } = await open(world);

    expect(await store.save(upload(store.name))).toBeUndefined();
    expect(await store.remove(upload(store.name), TROW_WRITTEN_AT_MS - 1)).toBe('changed');
    expect(await store.remove(upload(store.name), TROW_WRITTEN_AT_MS)).toBe('done');
    expect(await store.remove(upload(store.name), TROW_WRITTEN_AT_MS)).toBe('absent');
    expect(existsSync(at('scratch/4f6a'))).toBe(false);
  });

  test('goes from below where it is a repository, as far as it is empty, and comes back', async () => {
    const { store, at } = await open(world);
    mkdirSync(at('manifests/team/gone/deep'), { recursive: true });
    const repository = (key: string): Resource => ({ kind: 'repository', scope: store.name, key });
    const nowMs = Date.now() + 1000;

    expect(await store.remove(repository('team/app'), nowMs)).toBe('changed');
    expect(await store.remove(repository('team/gone/deep'), 1000)).toBe('changed');
    const saved = await store.save(repository('team/gone/deep'));
    expect(await store.remove(repository('team/gone/deep'), nowMs)).toBe('done');
    expect(existsSync(at('manifests/team/gone'))).toBe(false);
    expect(existsSync(at('manifests/team/app/v1'))).toBe(true);
    expect(await store.putBack(repository('team/gone/deep'), saved)).toBe('done');
    expect(existsSync(at('manifests/team/gone/deep'))).toBe(true);
  });
});

describe('a manifest that was pushed by its digest', () => {
  const world: TrowWorld = {
    manifests: { A: image(['a']), B: image(['b']) },
    repositories: { app: { v1: 'A', '@A': 'A', '@B': 'B' } },
  };
  const manifest = (scope: string, key: string): Resource => ({ kind: 'manifest', scope, key });

  test('goes, and comes back as it was', async () => {
    const { store, dir, digest, referencePath } = await open(world);
    const target = manifest(`${store.name}/app`, digest('B'));
    const [text, atMs] = [
      readFileSync(referencePath('app', '@B'), 'utf8'),
      statSync(referencePath('app', '@B')).mtimeMs,
    ];

    const saved: unknown = JSON.parse(JSON.stringify(await store.save(target)));
    expect(await store.remove(target, TROW_WRITTEN_AT_MS)).toBe('done');
    expect(existsSync(referencePath('app', '@B'))).toBe(false);
    expect(await store.remove(target, TROW_WRITTEN_AT_MS)).toBe('absent');
    expect(await store.putBack(target, saved)).toBe('done');

    expect(readFileSync(referencePath('app', '@B'), 'utf8')).toBe(text);
    expect(statSync(referencePath('app', '@B')).mtimeMs).toBe(atMs);
    expect(await store.putBack(target, saved)).toBe('done');
    expect(listTree(dir).filter((line) => line.includes('.winnow/'))).toEqual([]);
  });

  test('stays while a tag stands for it, and where it was pushed again', async () => {
    const { store, digest } = await open(world);

    expect(await store.remove(manifest(`${store.name}/app`, digest('A')), TROW_WRITTEN_AT_MS)).toBe('changed');
    expect(await store.remove(manifest(`${store.name}/app`, digest('B')), TROW_WRITTEN_AT_MS - 1)).toBe('changed');
  });

  test('is what a tag stands for only where a tag names it', async () => {
    const { store, digest, writeReference } = await open(world);
    expect(await store.taggedNow('app', signal)).toEqual(new Set([digest('A')]));
    expect(await store.taggedNow('none', signal)).toEqual(new Set());

    const text = `${digest('A')} 2020-01-01T00:00:00Z\n${digest('B')} 2019-01-01T00:00:00Z\n${digest('B').slice(0, 20)}`;
    writeReference('app', 'torn', { text });
    expect(await store.taggedNow('app', signal)).toEqual(new Set([digest('A'), digest('B')]));
  });

  test('is not put back over another', async () => {
    const { store, digest, writeReference } = await open(world);
    const target = manifest(`${store.name}/app`, digest('B'));
    const saved = await store.save(target);
    writeReference('app', '@B', 'B', TROW_WRITTEN_AT_MS + 60_000);

    expect(await store.putBack(target, saved)).toBe('changed');
  });
});

describe('nothing outside the store is touched', () => {
  test.each([
    ['upload', '', '../blobs'],
    ['upload', '', '..'],
    ['repository', '', '../scratch'],
    ['repository', '', 'a//b'],
    ['manifest', '/../blobs', `sha256:${'a'.repeat(64)}`],
    ['manifest', '/app', 'v1'],
    ['temporary-file', '', 'blobs/x'],
  ] as const)('by the name of a %s in %j that is %j', async (kind, below, key) => {
    const { store } = await open({});

    await expect(store.remove({ kind, scope: `${store.name}${below}`, key }, Date.now())).rejects.toMatchObject({
      code: 'STORE_NOT_WRITABLE',
    });
  });

  test('by a symbolic link on the way', async () => {
    const { store, at } = await open({ scratch: {} });
    const elsewhere = makeTempFolder('elsewhere');
    mkdirSync(join(elsewhere, 'app'));
    symlinkSync(elsewhere, at('manifests/team'));

    const target: Resource = { kind: 'repository', scope: store.name, key: 'team/app' };
    await expect(store.remove(target, Date.now() + 1000)).rejects.toMatchObject({ code: 'STORE_NOT_WRITABLE' });
    expect(existsSync(join(elsewhere, 'app'))).toBe(true);
  });
});

test('there are no layer links: none is removed, and none is missing', async () => {
  const { store, digest } = await open({ orphans: ['a'] });

  expect(await store.unlink('app', digest('a'), Date.now())).toBe('absent');
  expect(await store.link('app', digest('a'))).toBe('there');
  expect(await store.layerLink('app', digest('a'), signal)).toBeUndefined();
});
