import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { spawnTied } from '../../../../test/support/child.ts';
import { makeTempFolder } from '../../../../test/support/temp-folder.ts';
import { diskPlace, listFolder, readSmallFile, statFile, statFolder } from './careful-read.ts';

function openPlace() {
  const root = makeTempFolder('careful');
  const at = (path: string) => join(root, path);
  mkdirSync(at('folder/below'), { recursive: true });
  writeFileSync(at('folder/file'), 'its bytes');
  symlinkSync(at('folder'), at('link'));
  symlinkSync(at('folder/file'), at('folder/link'));
  execFileSync('mkfifo', [at('pipe')]);
  return { place: diskPlace(root), at };
}

describe('a store on disk', () => {
  test('is listed and read', () => {
    const { place, at } = openPlace();

    expect(
      listFolder(place, at('folder'))
        ?.map(({ name }) => name)
        .sort(),
    ).toEqual(['below', 'file', 'link']);
    expect(Buffer.from(readSmallFile(place, at('folder/file'), 9) ?? []).toString()).toBe('its bytes');
    expect(statFile(place, at('folder/file'))?.size).toBe(9);
    expect(statFolder(place, at('folder'))?.isDirectory()).toBe(true);
  });

  test.each(['absent', 'folder/absent', 'absent/absent/absent'])('has nothing at %s, and says so', (path) => {
    const { place, at } = openPlace();

    expect(listFolder(place, at(path))).toBeUndefined();
    expect(readSmallFile(place, at(path), 9)).toBeUndefined();
    expect(statFile(place, at(path))).toBeUndefined();
    expect(statFolder(place, at(path))).toBeUndefined();
  });

  test('that is gone as a whole is no empty one', () => {
    const { place, at } = openPlace();
    rmSync(place.root, { recursive: true });

    expect(() => listFolder(place, at('folder'))).toThrow(
      expect.objectContaining({ code: 'STORE_WALK_FAILED', message: expect.stringContaining('the store is gone') }),
    );
  });

  test('is read as it is when a file there goes and comes again all the time', () => {
    const { place, at } = openPlace();
    const flip =
      "const { mkdirSync, rmSync, writeFileSync } = require('fs'); const [, at] = process.argv; for (;;) { mkdirSync(at); writeFileSync(at + '/file', 'its bytes'); rmSync(at, { recursive: true }); }";
    const child = spawnTied(process.execPath, ['-e', flip, at('folder/flip')], { stdio: 'ignore' });
    const seen = new Set<string>();
    try {
      const deadlineMs = Date.now() + 20_000;
      for (let looks = 0; (looks < 5000 || seen.size < 2) && Date.now() < deadlineMs; looks += 1)
        seen.add(readSmallFile(place, at('folder/flip/file'), 9) === undefined ? 'gone' : 'there');
    } finally {
      child.kill('SIGKILL');
    }
    expect([...seen].sort()).toEqual(['gone', 'there']);
  });

  test.each([
    ['a link to a folder', 'link', 'symbolic link'],
    ['a link to a file', 'folder/link', 'symbolic link'],
    ['a pipe', 'pipe', 'neither file nor folder'],
  ])('is not left, nor waited for, by %s', (_, path, what) => {
    const { place, at } = openPlace();
    const refused = expect.objectContaining({ code: 'STORE_WALK_FAILED', message: expect.stringContaining(what) });

    expect(() => listFolder(place, at(path))).toThrow(refused);
    expect(() => readSmallFile(place, at(path), 9)).toThrow(refused);
    expect(() => statFile(place, at(path))).toThrow(refused);
  });

  test('does not go on where something else is mounted', () => {
    expect(() => listFolder(diskPlace('/'), '/proc')).toThrow(
      expect.objectContaining({ code: 'STORE_WALK_FAILED', message: expect.stringContaining('mounted') }),
    );
  });

  test('has files where files belong, and folders where folders do', () => {
    const { place, at } = openPlace();

    expect(() => listFolder(place, at('folder/file'))).toThrow(/a file, and no folder/);
    expect(() => statFile(place, at('folder'))).toThrow(/a folder, and no plain file/);
    expect(() => listFolder(place, at('folder/file/below'))).toThrow(
      expect.objectContaining({ code: 'STORE_WALK_FAILED' }),
    );
  });

  test('has no small file that is larger than it may be', () => {
    const { place, at } = openPlace();

    expect(() => readSmallFile(place, at('folder/file'), 8)).toThrow(
      expect.objectContaining({ code: 'STORE_TOO_LARGE' }),
    );
  });
});
