import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { makeTempFolder } from '../../../test/support/temp-folder.ts';
import { gzipStored, makeTar } from './tar.ts';

const files = [
  { path: 'opt/app/README', bytes: Buffer.from('hello\n') },
  { path: 'opt/app/whole-block', bytes: Buffer.alloc(512, 'x') },
  { path: 'opt/app/empty', bytes: Buffer.alloc(0) },
];

test('makes archives that tar unpacks', () => {
  const folder = makeTempFolder('tar');
  const modifiedAt = new Date(Date.UTC(2025, 5, 1));
  writeFileSync(join(folder, 'layer.tar.gz'), gzipStored(makeTar(files, modifiedAt)));
  mkdirSync(join(folder, 'out'));

  execFileSync('tar', ['-xzf', join(folder, 'layer.tar.gz'), '-C', join(folder, 'out'), '--no-same-owner']);

  for (const { path, bytes } of files) {
    expect(readFileSync(join(folder, 'out', path))).toEqual(bytes);
    expect(statSync(join(folder, 'out', path)).mtime).toEqual(modifiedAt);
  }
});

test('packs the same bytes into the same bytes', () => {
  const tar = makeTar(files, new Date(0));

  expect(gzipStored(tar)).toEqual(gzipStored(tar));
  expect(gunzipSync(gzipStored(tar))).toEqual(Buffer.from(tar));
  expect(tar.byteLength % 512).toBe(0);
});

test('refuses a path that does not fit into a header', () => {
  expect(() => makeTar([{ path: 'x'.repeat(101), bytes: Buffer.alloc(0) }], new Date(0))).toThrow(RangeError);
});
