import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeTempFolder } from '../../../../test/support/temp-folder.ts';
import type { Digest } from '../../../oci/digest.ts';
import { sha256Hex } from '../../../util/pure/hash.ts';
import { openManifestIndex } from './manifest-index.ts';
import type { Names } from './names-in.ts';

const digest = (n: number | string): Digest => `sha256:${sha256Hex(`${n}`)}`;
const namesOf = (n: number): Names => [
  ['config', digest(`config ${n}`)],
  ['layer', digest(`layer ${n}`), 'foreign'],
];

/** Asks for manifests, and adds those that are not remembered. @returns which were */
async function survey(folder: string, manifests: readonly number[], onWarning?: (text: string) => void) {
  const index = await openManifestIndex(folder, 'distribution-s3:bucket', onWarning);
  const remembered: number[] = [];
  for (const n of manifests) {
    const names = index.get(digest(n));
    if (names === undefined) index.add(digest(n), namesOf(n));
    else {
      expect(names).toEqual(namesOf(n));
      remembered.push(n);
    }
  }
  await index.dropUnused();
  await index.close();
  return remembered;
}

const upTo = (count: number) => Array.from({ length: count }, (_, n) => n);
const fileIn = (folder: string) => join(folder, readdirSync(folder)[0] as string);

test('remembers what manifests name, many of them as well', async () => {
  const folder = makeTempFolder('index');

  expect(await survey(folder, upTo(4000))).toEqual([]);

  expect(statSync(fileIn(folder)).size).toBeGreaterThan(1024 * 1024); // lines that lie across what is read at once
  expect(await survey(folder, upTo(4001))).toEqual(upTo(4000));
  expect(await survey(folder, [4000])).toEqual([4000]);
});

test('asks again for what is damaged or torn, and remembers it then', async () => {
  const folder = makeTempFolder('index');
  await survey(folder, [1, 2, 3]);
  const file = fileIn(folder);
  const lines = readFileSync(file, 'utf8').split('\n').filter((line) => line !== ''); // biome-ignore format: one line
  const damaged = (lines[1] as string).replace('"config"', '"subject"');
  writeFileSync(file, `${lines[0]}\n${damaged}\n${lines[2]?.slice(0, -30)}`);

  expect(await survey(folder, [1, 2, 3])).toEqual([1]);

  expect(await survey(folder, [1, 2, 3])).toEqual([1, 2, 3]);
});

test('drops what is not used any more once it is most of the file, and nothing else', async () => {
  const folder = makeTempFolder('index');
  await survey(folder, upTo(30));
  const before = statSync(fileIn(folder)).size;

  expect(await survey(folder, upTo(20))).toEqual(upTo(20));
  expect(statSync(fileIn(folder)).size).toBe(before);
  expect(await survey(folder, [...upTo(5), 100])).toEqual(upTo(5));

  expect(statSync(fileIn(folder)).size).toBeLessThan(before / 3);
  expect(readdirSync(folder)).toHaveLength(1);
  expect(await survey(folder, [...upTo(6), 100])).toEqual([...upTo(5), 100]);
});

test('keeps all of it when a survey ended before it had asked for all', async () => {
  const folder = makeTempFolder('index');
  await survey(folder, upTo(30));
  const index = await openManifestIndex(folder, 'distribution-s3:bucket');
  index.get(digest(1));
  index.add(digest(50), namesOf(50));

  await index.close();

  expect(await survey(folder, [...upTo(30), 50])).toEqual([...upTo(30), 50]);
});

test('that can not be written is told, and the survey goes on', async () => {
  const folder = makeTempFolder('index');
  const warnings: string[] = [];

  const index = await openManifestIndex(join(folder, 'other'), 'distribution-s3:bucket', (text) => warnings.push(text));
  writeFileSync(join(folder, 'other'), 'a file in the place of the folder');
  index.add(digest(1), namesOf(1));
  await index.dropUnused();
  await index.close();

  expect(warnings).toEqual([expect.stringContaining('keeping the index of manifests')]);
});
