import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { listTree } from '../../../test/support/store-world/index.ts';
import { makeTempFolder } from '../../../test/support/temp-folder.ts';
import { parseStoreAddress } from './address.ts';
import { openStore } from './index.ts';
import { recogniseFolder } from './recognise.ts';

const signal = new AbortController().signal;
const HEX = 'ab'.repeat(32);
const DISTRIBUTION = ['docker/registry/v2/blobs/', 'docker/registry/v2/repositories/'];
const TROW = ['blobs/sha256/', 'manifests/app/v1', 'scratch/'];

/** @param paths - files; folders end with `/` */
function folderWith(paths: readonly string[]): string {
  const folder = makeTempFolder('storage');
  for (const path of paths) {
    mkdirSync(join(folder, path.endsWith('/') ? path : dirname(path)), { recursive: true });
    if (!path.endsWith('/')) writeFileSync(join(folder, path), '');
  }
  return folder;
}

const open = (address: string) => openStore(parseStoreAddress(address), {}, signal);

describe('a folder', () => {
  test.each([
    ['distribution-fs', DISTRIBUTION, ''],
    ['distribution-fs', DISTRIBUTION, 'docker/registry/v2'],
    ['distribution-fs', [...DISTRIBUTION, 'docker/registry/lockfiles/filesystem-in-use'], ''],
    ['distribution-fs', ['docker/registry/v2/repositories/'], ''],
    ['distribution-fs', DISTRIBUTION.map((path) => `registry/${path}`), 'registry'],
    ['trow-files', TROW, ''],
    ['trow-files', ['blobs/', 'manifests/', 'scratch/'], ''],
    ['trow-files', [...TROW, 'lost+found/', '.winnow/ledger.ndjson'], ''],
  ])('is told as %s by %j (%j)', async (is, paths, below) => {
    const folder = folderWith(paths);
    const root = below === 'docker/registry/v2' ? folder : join(folder, below);

    expect(await recogniseFolder(join(folder, below))).toEqual({ is, root });
  });

  test('may be reached by a symbolic link, and its own name counts', async () => {
    const folder = folderWith(TROW);
    const link = join(makeTempFolder('links'), 'data');
    symlinkSync(folder, link);

    expect(await recogniseFolder(link)).toEqual({ is: 'trow-files', root: folder });
    expect((await open(`trow-files:${link}`)).name).toBe(`trow-files:${folder}`);
  });
});

describe('what must not be changed from outside is refused, with what to use instead', () => {
  test.each([
    ['Trow 0.7', ['trow.db', `blobs/sha256:${HEX}`, 'uploads/'], 'winnow reconcile'],
    ['Trow 0.7', ['trow.db', ...TROW], 'winnow reconcile'],
    ['zot', ['cache.db', '_trivy/', 'app/oci-layout', 'app/index.json', `app/blobs/sha256/${HEX}`], '"gc": true'],
    ['zot', ['team/deep/app/oci-layout', 'team/deep/app/index.json'], '"gc": true'],
    ['Quay', [`registry/sha256/ab/${HEX}`, 'registry/uploads/'], 'Quay'],
    ['Quay', [`sha256/ab/${HEX}`, 'uploads/'], 'Quay'],
    ['GitLab', [...DISTRIBUTION, 'docker/registry/lockfiles/database-in-use'], 'cleanup policy'],
    ['a single image', ['oci-layout', 'index.json', `blobs/sha256/${HEX}`], 'docker/registry/v2'],
  ])('%s, by %j', async (product, paths, advice) => {
    const folder = folderWith(paths);
    const before = listTree(folder);

    for (const kind of ['distribution-fs', 'trow-files'])
      await expect(open(`${kind}:${folder}`)).rejects.toMatchObject({
        code: 'STORE_NOT_THIS_KIND',
        message: expect.stringContaining(`it is the storage of ${product}`),
        hint: expect.stringContaining(advice),
      });

    expect(listTree(folder)).toEqual(before);
  });

  test('Harbor, by what lies beside the storage', async () => {
    const folder = folderWith([
      ...DISTRIBUTION.map((path) => `registry/${path}`),
      ...['secret/', 'job_logs/', 'database/', 'redis/'],
    ]);

    for (const dir of [join(folder, 'registry'), join(folder, 'registry/docker/registry/v2')])
      await expect(open(`distribution-fs:${dir}`)).rejects.toMatchObject({
        code: 'STORE_NOT_THIS_KIND',
        message: expect.stringContaining('Harbor'),
        hint: expect.stringContaining('Harbor’s own garbage collection'),
      });
  });
});

describe('a storage of the other kind is refused', () => {
  test.each([
    ['trow-files', DISTRIBUTION, 'distribution-fs'],
    ['distribution-fs', TROW, 'trow-files'],
  ])('where %s was said, with what to write', async (kind, paths, other) => {
    const folder = folderWith(paths);

    await expect(open(`${kind}:${folder}`)).rejects.toMatchObject({
      code: 'STORE_NOT_THIS_KIND',
      message: expect.stringContaining(other),
      hint: `Write ${other}:${folder}.`,
    });
  });
});

describe('what is no storage is refused', () => {
  test('where there is nothing, or a file', async () => {
    const folder = folderWith(['file']);

    for (const name of ['absent', 'file'])
      await expect(open(`distribution-fs:${folder}/${name}`)).rejects.toMatchObject({ code: 'STORE_NOT_FOUND' });
  });

  test.each([
    ['distribution-fs:DIR/registry', DISTRIBUTION.map((path) => `registry/${path}`), ''],
    ['trow-files:DIR/data', TROW.map((path) => `data/${path}`), ''],
    [
      'distribution-fs:DIR',
      [...DISTRIBUTION, 'docker/registry/v2/repositories/app/'],
      'docker/registry/v2/repositories',
    ],
    ['distribution-fs:DIR', DISTRIBUTION, 'docker/registry'],
  ])('with %s where that is one level away', async (meant, paths, below) => {
    const folder = folderWith(paths);

    await expect(open(`distribution-fs:${join(folder, below)}`)).rejects.toMatchObject({
      code: 'STORE_NOT_THIS_KIND',
      hint: `Did you mean ${meant.replace('DIR', folder)}?`,
    });
  });

  test('with what to look for, otherwise', async () => {
    await expect(open(`trow-files:${folderWith(['something/else'])}`)).rejects.toMatchObject({
      code: 'STORE_NOT_THIS_KIND',
      hint: expect.stringContaining('docker/registry/v2'),
    });
  });
});
