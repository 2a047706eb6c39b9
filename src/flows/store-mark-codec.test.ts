import { expect, test } from 'vitest';
import { streamed } from '../../test/support/streamed.ts';
import type { Digest } from '../oci/digest.ts';
import { sha256Hex } from '../util/pure/hash.ts';
import { shardHasByte } from './marked-store.ts';
import { digestInShard } from './shard.ts';
import type { MarkedBlobs, StoreMark } from './store-mark.ts';
import { assertMarkFits, decodeMark, encodeMark } from './store-mark-codec.ts';

const digestOf = (n: number): Digest => `sha256:${sha256Hex(String(n))}`;
const all = Array.from({ length: 900 }, (_, n) => digestOf(n));
const byteOf = (digest: Digest) => Number.parseInt(digest.slice(7, 9), 16);

const header: StoreMark['header'] = {
  winnow: 'mark/v1',
  store: 'distribution-fs:/r',
  madeAtMs: 1000,
  expiresAtMs: 2000,
  counts: { repositories: 2, tags: 3, manifests: 4, blobs: 600 },
  gaps: [],
  broken: [],
};

const blobs = Array.from({ length: 256 }, (_, byte): MarkedBlobs => {
  const mine = all.filter((digest) => byteOf(digest) === byte);
  const [needed, unneeded, missing] = [0, 1, 2].map((rest) => mine.filter((_, n) => n % 3 === rest));
  const prefix = byte.toString(16).padStart(2, '0');
  return {
    prefix,
    needed: needed ?? [],
    unneeded: unneeded ?? [],
    missing: missing ?? [],
    links: unneeded?.length ? { app: [0] } : {},
  };
});

const leftover = { kind: 'upload', scope: 'distribution-fs:/r/app', key: 'u', sizeBytes: 3, pushedAtMs: 7 } as const;
const mark: StoreMark = { header, blobs, leftovers: [leftover] };
const lines = () => [...encodeMark(mark)].map((line) => line.slice(0, -1));
const read = (some: readonly string[], isWanted = (_: number) => true) => decodeMark(streamed(some), isWanted);

test('says after reading what it said before', async () => {
  expect(await read(lines())).toEqual({ header, blobs, leftovers: [leftover] });
});

test.each([1, 2, 3, 7, 256])('falls into %i parts that are the whole together, each blob in one', async (count) => {
  const seen: Digest[] = [];
  for (let index = 1; index <= count; index += 1) {
    const part = await read(lines(), (byte) => shardHasByte({ index, count }, byte));
    for (const { needed, unneeded, missing } of part.blobs)
      for (const digest of [...needed, ...unneeded, ...missing])
        if (digestInShard(digest, { index, count })) seen.push(digest);
  }
  expect(seen.sort()).toEqual([...all].sort());
});

test.each([
  ['cut short', (some: string[]) => some.slice(0, -1)],
  ['cut in its middle', (some: string[]) => some.slice(0, 100)],
  ['empty', () => []],
  ['changed', (some: string[]) => some.map((line) => line.replace('"prefix":"0a"', '"prefix":"0b"'))],
  ['longer than it was', (some: string[]) => [...some, some[1] ?? '']],
  ['a plan', () => ['{"winnow":"plan/v1"}']],
  ['anything else', () => ['hello']],
])('is refused when it is %s', async (_, damage) => {
  await expect(read(damage(lines()))).rejects.toMatchObject({
    code: 'HARD_PRUNE_MARK_DAMAGED',
    hint: expect.any(String),
  });
});

test('tells by how much the storage’s own time was ahead, where its maker could ask', async () => {
  const ahead = [...encodeMark({ ...mark, header: { ...header, aheadMs: -3_600_001 } })].map((line) =>
    line.slice(0, -1),
  );
  expect((await read(ahead)).header.aheadMs).toBe(-3_600_001);
  expect((await read(lines())).header).not.toHaveProperty('aheadMs');
});

test.each(['"1000"', 'null', '0.5', '1e999', '{}'])('is refused when that is %s', async (aheadMs) => {
  const [first = '', ...rest] = lines().slice(0, -1);
  const own = [first.replace(/}$/, `,"aheadMs":${aheadMs}}`), ...rest];
  const sha256 = sha256Hex(own.map((line) => `${line}\n`).join(''));
  const whole = [...own, JSON.stringify({ end: { lines: own.length, sha256 } })];
  await expect(read(whole)).rejects.toMatchObject({
    code: 'HARD_PRUNE_MARK_DAMAGED',
    message: expect.stringContaining('own time'),
  });
});

test('is for the storage that it was made of, until it expires', () => {
  expect(() => assertMarkFits(header, 'distribution-fs:/r', 2000)).not.toThrow();
  expect(() => assertMarkFits(header, 'distribution-fs:/r', 2001)).toThrow(/nobody takes it since/);
  expect(() => assertMarkFits(header, 'distribution-fs:/other', 1500)).toThrow(/not of distribution-fs:\/other/);
});
