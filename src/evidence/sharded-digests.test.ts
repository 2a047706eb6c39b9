import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Digest } from '../oci/digest.ts';
import { DigestTable } from './digest-table.ts';
import { packShard, packShards, ShardedDigests } from './sharded-digests.ts';

const hex = fc
  .tuple(fc.constantFrom('00', '01', 'a7', 'ff'), fc.uint8Array({ minLength: 31, maxLength: 31 }))
  .map(([first, rest]) => `${first}${Buffer.from(rest).toString('hex')}`);
const digest = hex.map((text): Digest => `sha256:${text}`);

describe('digests in shards', () => {
  test('are the same set as in one table, numbered from 0 without a hole', () => {
    fc.assert(
      fc.property(fc.array(digest, { maxLength: 300 }), fc.array(digest, { maxLength: 20 }), (inside, asked) => {
        const sharded = new ShardedDigests(packShards(inside));
        const table = new DigestTable();
        for (const one of inside) table.add(one);

        expect(sharded.size).toBe(table.size);
        for (let n = 0; n < sharded.size; n += 1) {
          expect(sharded.indexOf(sharded.at(n))).toBe(n);
          expect(table.indexOf(sharded.at(n))).toBeGreaterThanOrEqual(0);
        }
        for (const one of [...inside, ...asked]) expect(sharded.indexOf(one) >= 0).toBe(table.indexOf(one) >= 0);
      }),
    );
  });

  test('are found by their words and by their hexadecimal half as well', () => {
    fc.assert(
      fc.property(fc.array(digest, { minLength: 1, maxLength: 50 }), (inside) => {
        const sharded = new ShardedDigests(packShards(inside));
        const words = new Uint32Array(16);
        for (let n = 0; n < sharded.size; n += 1) {
          sharded.copyWords(n, words, 8);
          expect(sharded.indexOfWords(words, 8)).toBe(n);
          expect(sharded.indexOfHex(sharded.at(n).slice(7))).toBe(n);
        }
      }),
    );
  });

  test('are found when very many begin alike', () => {
    const alike = Array.from(
      { length: 5000 },
      (_, n): Digest => `sha256:${'0'.repeat(56)}${String(n).padStart(8, '0')}`,
    );
    const sharded = new ShardedDigests(packShards(alike));

    expect(new Set(alike.map((one) => sharded.indexOf(one))).size).toBe(5000);
    expect(sharded.indexOf(`sha256:${'0'.repeat(56)}00005000`)).toBe(-1);
  });

  test('count once what is told more than once', () => {
    const [one, two, three] = ['1', '2', '3'].map((digit): Digest => `sha256:${'1f'.repeat(31)}0${digit}`) as [
      Digest,
      Digest,
      Digest,
    ];
    const sharded = new ShardedDigests(packShards([one, one, two, one, three, two]));

    expect([0, 1, 2].map((n) => sharded.at(n))).toEqual([one, two, three]);
    expect([sharded.size, sharded.indexOf(three)]).toEqual([3, 2]);
  });

  test('leave out names that are no digest, or belong in another folder', () => {
    const good = `ab${'0'.repeat(62)}`;
    const names = [good, good.toUpperCase(), `cd${'0'.repeat(62)}`, good.slice(1), `ab${'g'.repeat(62)}`, 'x.tmp', ''];
    const shards = packShards([]).map((empty, byte) => (byte === 0xab ? packShard('ab', names) : empty));
    const sharded = new ShardedDigests(shards);

    expect([sharded.size, sharded.at(0)]).toEqual([1, `sha256:${good}`]);
    expect(['', 'sha256:', good, `sha512:${good}${good}`].map((text) => sharded.indexOf(text))).toEqual([
      -1, -1, -1, -1,
    ]);
  });

  test('are read by another thread as they are, for nothing is copied', () => {
    const one: Digest = `sha256:${'1f'.repeat(32)}`;
    const sharded = new ShardedDigests(packShards([one]));

    expect(new ShardedDigests(structuredClone(sharded.shards)).indexOf(one)).toBe(0);
  });
});
