import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeTempFolder } from '../../../../test/support/temp-folder.ts';
import type { Resource, ResourceKind } from '../../../evidence/resource.ts';
import type { Digest } from '../../../oci/digest.ts';
import {
  blobPath,
  currentLinkPath,
  layerLinkPath,
  repositoriesPath,
  revisionLinkPath,
  storeRoot,
  tagIndexLinkPath,
  uploadPath,
} from '../../../oci/distribution-layout.ts';
import { sha256Hex } from '../../../util/pure/hash.ts';
import { storeWriter } from './writer.ts';

const A: Digest = `sha256:${sha256Hex('a')}`;
const B: Digest = `sha256:${sha256Hex('b')}`;
const OLD_MS = Date.parse('2026-01-01T00:00:00Z');
const LATER_MS = Date.parse('2026-01-02T00:00:00Z');

/** A store to put things into that are {@link OLD_MS} of age, or as old as they are said to be. */
function emptyStore() {
  const root = makeTempFolder('store');
  const at = storeRoot(root);
  mkdirSync(join(at, 'blobs'), { recursive: true });
  mkdirSync(join(at, 'repositories'));
  const name = `distribution-fs:${root}`;
  const writer = storeWriter({ root, layoutRoot: at, name });
  return {
    root,
    at,
    name,
    writer,
    repository: (path: string) => join(repositoriesPath(at), path),
    file(path: string, text: string, atMs = OLD_MS): string {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
      utimesSync(path, atMs / 1000, atMs / 1000);
      return path;
    },
    /** Makes all folders old. */
    settle(): void {
      for (const entry of readdirSync(at, { recursive: true, withFileTypes: true }))
        if (entry.isDirectory()) utimesSync(join(entry.parentPath, entry.name), OLD_MS / 1000, OLD_MS / 1000);
    },
    target: (kind: ResourceKind, key: string, repository?: string): Resource => ({
      kind,
      key,
      scope: repository === undefined ? name : `${name}/${repository}`,
    }),
    /** All paths below the layout's root, with what is in the files. */
    tree(): Readonly<Record<string, string>> {
      const entries = readdirSync(at, { recursive: true, withFileTypes: true });
      return Object.fromEntries(
        entries
          .map((entry) => [join(entry.parentPath, entry.name), entry] as const)
          .map(([path, entry]) => [path, entry.isFile() ? readFileSync(path, 'utf8') : 'folder']),
      );
    },
  };
}

const WHOLE_LINK = A;

describe('an upload', () => {
  test('goes with all of its parts, and nothing else', async () => {
    const store = emptyStore();
    const folder = uploadPath(store.at, 'team/app', 'u-1');
    store.file(join(folder, 'startedat'), '2026-01-01T00:00:00Z');
    store.file(join(folder, 'data'), 'bytes');
    store.file(join(folder, 'hashstates/sha256/0'), 'state');
    const other = store.file(join(uploadPath(store.at, 'team/app', 'u-2'), 'startedat'), 'x');
    const upload = store.target('upload', 'u-1', 'team/app');

    expect(await store.writer.save(upload)).toBeUndefined();
    expect(await store.writer.remove(upload, OLD_MS)).toBe('done');

    expect(existsSync(folder)).toBe(false);
    expect(existsSync(other)).toBe(true);
    expect(await store.writer.remove(upload, OLD_MS)).toBe('absent');
  });

  test.each(['startedat', 'data', 'hashstates/sha256/7'])('stays whole when its %s is newer', async (part) => {
    const store = emptyStore();
    const folder = uploadPath(store.at, 'app', 'u-1');
    for (const each of ['startedat', 'data', 'hashstates/sha256/7'])
      store.file(join(folder, each), 'x', each === part ? LATER_MS : OLD_MS);
    const before = store.tree();

    expect(await store.writer.remove(store.target('upload', 'u-1', 'app'), OLD_MS)).toBe('changed');

    expect(store.tree()).toEqual(before);
  });

  test('stays when it has just begun and has no file yet', async () => {
    const store = emptyStore();
    const folder = uploadPath(store.at, 'app', 'u-1');
    mkdirSync(folder, { recursive: true });

    expect(await store.writer.remove(store.target('upload', 'u-1', 'app'), OLD_MS)).toBe('changed');
    store.settle();
    expect(await store.writer.remove(store.target('upload', 'u-1', 'app'), OLD_MS)).toBe('done');
  });

  test('with a symbolic link in it is refused before anything goes', async () => {
    const store = emptyStore();
    const folder = uploadPath(store.at, 'app', 'u-1');
    store.file(join(folder, 'data'), 'bytes');
    const outside = makeTempFolder('outside');
    writeFileSync(join(outside, 'precious'), 'x');
    symlinkSync(outside, join(folder, 'hashstates'));
    const before = readdirSync(folder);

    await expect(store.writer.remove(store.target('upload', 'u-1', 'app'), Date.now())).rejects.toMatchObject({
      code: 'STORE_NOT_WRITABLE',
      message: expect.stringContaining(join(folder, 'hashstates')),
    });

    expect(readdirSync(folder)).toEqual(before);
    expect(existsSync(join(outside, 'precious'))).toBe(true);
  });
});

describe('a layer link', () => {
  test.each([
    ['without data', WHOLE_LINK],
    ['that is empty', ''],
    ['that is short', 'sha256:12'],
  ])('%s goes, and comes back as it was', async (_, text) => {
    const store = emptyStore();
    const path = store.file(layerLinkPath(store.at, 'app', A), text);
    const target = store.target('layer-link', A, 'app');
    const saved = JSON.parse(JSON.stringify(await store.writer.save(target)));

    expect(await store.writer.remove(target, OLD_MS)).toBe('done');
    expect(existsSync(path)).toBe(false);
    expect(await store.writer.remove(target, OLD_MS)).toBe('absent');

    expect(await store.writer.putBack(target, saved)).toBe('done');
    expect(readFileSync(path, 'utf8')).toBe(text);
    expect(await store.writer.putBack(target, saved)).toBe('done');
  });

  test('stays when the data came meanwhile, or it is newer', async () => {
    const store = emptyStore();
    const path = store.file(layerLinkPath(store.at, 'app', A), WHOLE_LINK, LATER_MS);
    const target = store.target('layer-link', A, 'app');

    expect(await store.writer.remove(target, OLD_MS)).toBe('changed');
    store.file(blobPath(store.at, A), 'data');
    expect(await store.writer.remove(target, LATER_MS)).toBe('changed');

    expect(existsSync(path)).toBe(true);
  });

  test('of another algorithm stays while there is data of the digest that it names', async () => {
    const store = emptyStore();
    const alias: Digest = `sha512:${'5'.repeat(128)}`;
    store.file(layerLinkPath(store.at, 'app', alias), B);
    store.file(blobPath(store.at, B), 'data');

    expect(await store.writer.remove(store.target('layer-link', alias, 'app'), OLD_MS)).toBe('changed');
  });

  test('is not put back over another one', async () => {
    const store = emptyStore();
    store.file(layerLinkPath(store.at, 'app', A), '');
    const target = store.target('layer-link', A, 'app');
    const saved = await store.writer.save(target);
    store.file(layerLinkPath(store.at, 'app', A), WHOLE_LINK);

    expect(await store.writer.putBack(target, saved)).toBe('changed');

    expect(readFileSync(layerLinkPath(store.at, 'app', A), 'utf8')).toBe(WHOLE_LINK);
  });

  test('that says nothing is written anew, whole', async () => {
    const store = emptyStore();
    store.file(layerLinkPath(store.at, 'app', A), '');

    expect(await store.writer.link('app', A)).toBe('written');

    expect(readFileSync(layerLinkPath(store.at, 'app', A), 'utf8')).toBe(A);
    expect(readdirSync(dirname(layerLinkPath(store.at, 'app', A)))).toEqual(['link']);
  });
});

describe('a tag’s memory of a manifest', () => {
  function remembering() {
    const store = emptyStore();
    const path = store.file(tagIndexLinkPath(store.at, 'app', 'v1', A), A);
    return { ...store, path, entry: store.target('tag-history-link', `v1@${A}`, 'app') };
  }

  test('goes when the manifest is gone and the tag stands for another', async () => {
    const store = remembering();
    store.file(currentLinkPath(store.at, 'app', 'v1'), B);

    expect(await store.writer.remove(store.entry, OLD_MS)).toBe('done');

    expect(existsSync(store.path)).toBe(false);
  });

  test('stays while the repository has the manifest', async () => {
    const store = remembering();
    store.file(revisionLinkPath(store.at, 'app', A), A);

    expect(await store.writer.remove(store.entry, OLD_MS)).toBe('changed');
  });

  test.each([
    ['stands for it', A],
    ['is empty, so that its history is all that tells', ''],
  ])('stays while the tag %s', async (_, current) => {
    const store = remembering();
    store.file(currentLinkPath(store.at, 'app', 'v1'), current);

    expect(await store.writer.remove(store.entry, OLD_MS)).toBe('changed');
  });
});

describe('a manifest', () => {
  /** `v1` stands for B and stood for A before. */
  function untagged() {
    const store = emptyStore();
    for (const digest of [A, B]) {
      store.file(revisionLinkPath(store.at, 'app', digest), digest);
      store.file(tagIndexLinkPath(store.at, 'app', 'v1', digest), digest);
      store.file(blobPath(store.at, digest), 'manifest');
    }
    store.file(currentLinkPath(store.at, 'app', 'v1'), B);
    return { ...store, manifest: store.target('manifest', A, 'app') };
  }

  test('goes with what tags remember of it, keeps its data, and comes back as it was', async () => {
    const store = untagged();
    const before = store.tree();
    const saved = JSON.parse(JSON.stringify(await store.writer.save(store.manifest)));

    expect(await store.writer.remove(store.manifest, OLD_MS)).toBe('done');

    const gone = Object.keys(before).filter((path) => !existsSync(path));
    expect(gone.sort()).toEqual(
      [revisionLinkPath(store.at, 'app', A), tagIndexLinkPath(store.at, 'app', 'v1', A)].sort(),
    );
    expect(await store.writer.putBack(store.manifest, saved)).toBe('done');
    expect(store.tree()).toEqual(before);
  });

  test('stays when it was pushed again', async () => {
    const store = untagged();
    store.file(revisionLinkPath(store.at, 'app', A), A, LATER_MS);
    const before = store.tree();

    expect(await store.writer.remove(store.manifest, OLD_MS)).toBe('changed');

    expect(store.tree()).toEqual(before);
  });

  test.each([
    ['stands for it', A],
    ['is empty', ''],
  ])('stays when a tag %s', async (_, current) => {
    const store = untagged();
    store.file(currentLinkPath(store.at, 'app', 'v2'), current);

    expect(await store.writer.remove(store.manifest, LATER_MS)).toBe('changed');

    expect(existsSync(revisionLinkPath(store.at, 'app', A))).toBe(true);
  });

  test('that is gone already leaves no memory of it when it is removed again', async () => {
    const store = untagged();
    expect(await store.writer.remove(store.manifest, OLD_MS)).toBe('done');
    const other = storeWriter({ root: store.root, layoutRoot: store.at, name: store.name });
    store.file(tagIndexLinkPath(store.at, 'app', 'v1', A), A); // as if the first run had ended in the middle

    expect(await other.remove(store.manifest, OLD_MS)).toBe('absent');

    expect(existsSync(tagIndexLinkPath(store.at, 'app', 'v1', A))).toBe(false);
  });
});

describe('a repository', () => {
  test('without anything in it goes, with the folders above that it leaves empty, and comes back as it was', async () => {
    const store = emptyStore();
    mkdirSync(store.repository('team/deep/app/_manifests/tags'), { recursive: true });
    mkdirSync(dirname(layerLinkPath(store.at, 'team/deep/app', A)), { recursive: true });
    store.file(store.repository('team/other/_layers/x'), '');
    store.settle();
    const before = store.tree();
    const target = store.target('repository', 'team/deep/app');
    const saved = JSON.parse(JSON.stringify(await store.writer.save(target)));

    expect(await store.writer.remove(target, OLD_MS)).toBe('done');

    expect(readdirSync(store.repository('team'))).toEqual(['other']);
    expect(await store.writer.remove(target, OLD_MS)).toBe('absent');
    expect(await store.writer.putBack(target, saved)).toBe('done');
    expect(store.tree()).toEqual(before);
  });

  test('leaves the repositories that lie in its folder', async () => {
    const store = emptyStore();
    mkdirSync(store.repository('a/_layers/sha256'), { recursive: true });
    const inner = store.file(revisionLinkPath(store.at, 'a/b', A), A);
    store.settle();

    expect(await store.writer.remove(store.target('repository', 'a'), OLD_MS)).toBe('done');

    expect(readdirSync(store.repository('a'))).toEqual(['b']);
    expect(existsSync(inner)).toBe(true);
  });

  test('stays whole when there is a file in it, or a newer folder', async () => {
    const store = emptyStore();
    const link = store.file(layerLinkPath(store.at, 'app', A), A);
    mkdirSync(store.repository('app/_manifests'));
    mkdirSync(store.repository('new/_uploads'), { recursive: true });
    store.settle();
    utimesSync(store.repository('new/_uploads'), LATER_MS / 1000, LATER_MS / 1000);
    const before = store.tree();

    expect(await store.writer.remove(store.target('repository', 'app'), LATER_MS)).toBe('changed');
    expect(await store.writer.remove(store.target('repository', 'new'), OLD_MS)).toBe('changed');

    expect(store.tree()).toEqual(before);
    expect(existsSync(link)).toBe(true);
  });
});

test('removes a temporary file unless it is newer, and puts it back if it is small', async () => {
  const store = emptyStore();
  const key = `repositories/app/_layers/sha256/${'1'.repeat(64)}/link.0190-ab.tmp`;
  const path = store.file(join(store.at, key), 'half', LATER_MS);
  const target = store.target('temporary-file', key);
  const saved = await store.writer.save(target);

  expect(await store.writer.remove(target, OLD_MS)).toBe('changed');
  expect(await store.writer.remove(target, LATER_MS)).toBe('done');
  expect(await store.writer.putBack(target, saved)).toBe('done');
  expect(readFileSync(path, 'utf8')).toBe('half');

  store.file(path, 'x'.repeat(100_000));
  expect(await store.writer.save(target)).toBeUndefined();
});

test.each<[ResourceKind, string, string | undefined]>([
  ['upload', '..', 'app'],
  ['upload', '../../../x', 'app'],
  ['upload', 'u', '../../x'],
  ['layer-link', '../../x', 'app'],
  ['manifest', 'sha256:..', 'app'],
  ['tag-history-link', `../../x@${A}`, 'app'],
  ['tag-history-link', A, 'app'],
  ['repository', '../../..', undefined],
  ['repository', 'app/_layers', undefined],
  ['temporary-file', '../../x.1.tmp', undefined],
  ['temporary-file', 'repositories/app/_layers/data', undefined],
  ['temporary-file', 'other/link.1.tmp', undefined],
])('takes no %s named %j of %j for a part of the store', async (kind, key, repository) => {
  const store = emptyStore();
  const target = store.target(kind, key, repository);

  for (const work of [
    () => store.writer.remove(target, Date.now()),
    () => store.writer.save(target),
    () => store.writer.putBack(target, { files: [], folders: [] }),
  ])
    await expect(work()).rejects.toMatchObject({ code: 'STORE_NOT_WRITABLE' });
});

test('takes nothing of another store for its own', async () => {
  const store = emptyStore();

  await expect(
    store.writer.remove({ kind: 'upload', scope: 'distribution-fs:/elsewhere/app', key: 'u' }, Date.now()),
  ).rejects.toMatchObject({ code: 'STORE_NOT_WRITABLE' });
});

test('puts nothing back outside of the place of what went', async () => {
  const store = emptyStore();
  const target = store.target('layer-link', A, 'app');
  const saved = { files: [{ path: '../../../../x', base64: '' }], folders: [] };

  await expect(store.writer.putBack(target, saved)).rejects.toMatchObject({ code: 'STORE_NOT_WRITABLE' });
  await expect(store.writer.putBack(target, undefined)).rejects.toMatchObject({ code: 'STORE_NOT_WRITABLE' });
});

test('removes the folder of a purged blob only when it has been empty for a day', async () => {
  const store = emptyStore();
  for (const digest of [A, B]) store.file(blobPath(store.at, digest), 'data');
  const hide = [A, B].map((digest) => ({ digest, sizeBytes: 4, notNewerThanMs: OLD_MS }));
  await store.writer.hide('run', hide);
  utimesSync(dirname(blobPath(store.at, A)), OLD_MS / 1000, OLD_MS / 1000);

  await store.writer.purge(
    [A, B].map((digest) => ({ digest, state: 'hidden', runId: 'run', sinceMs: 0, sizeBytes: 4 })),
  );

  expect([A, B].map((digest) => existsSync(dirname(blobPath(store.at, digest))))).toEqual([false, true]);
  rmdirSync(dirname(blobPath(store.at, B)));
});
