import { afterEach, describe, expect, test } from 'vitest';
import type { SnapshotPlace } from './contract.ts';

const soon = () => AbortSignal.timeout(20_000);

export const label = { cluster: 'prod-eu', takenAtMs: Date.UTC(2026, 7, 1) };

/** All that is read there, as text. Undefined: nothing lies there. */
export async function textAt(place: SnapshotPlace): Promise<string | undefined> {
  const bytes = await place.read(soon());
  if (bytes === undefined) return undefined;
  const pieces: Uint8Array[] = [];
  for await (const piece of bytes) pieces.push(piece);
  return Buffer.concat(pieces).toString('utf8');
}

/** What every place must do. @param open - a place where nothing lies yet */
export function snapshotPlaceContract(name: string, open: () => Promise<SnapshotPlace>): void {
  describe(`${name} as a place of snapshots`, () => {
    const closing: SnapshotPlace[] = [];
    const opened = async () => {
      const place = await open();
      closing.push(place);
      return place;
    };
    afterEach(async () => {
      for (const place of closing.splice(0)) await place.close();
    });

    test('says that nothing lies there where nothing does', async () => {
      expect(await (await opened()).read(soon())).toBeUndefined();
    });

    test('gives back what it was given, and says how large it lies there', async () => {
      const place = await opened();

      const { sizeBytes } = await place.write(['{"línea":"1 🚀"}\n', '', 'two\n'], label, soon());

      expect(sizeBytes).toBeGreaterThan(0);
      expect(await textAt(place)).toBe('{"línea":"1 🚀"}\ntwo\n');
    });

    test('has the newest alone', async () => {
      const place = await opened();

      await place.write(['a long first one\n'], label, soon());
      await place.write(['second\n'], { ...label, takenAtMs: label.takenAtMs + 1 }, soon());

      expect(await textAt(place)).toBe('second\n');
    });

    test('gives back megabytes as they were', async () => {
      const place = await opened();
      const lines = Array.from(
        { length: 40_000 },
        (_, n) => `{"n":${n},"hash":"${(n * 2_654_435_761) % 4_294_967_296}"}\n`,
      );

      await place.write(lines, label, soon());

      expect((await textAt(place)) === lines.join('')).toBe(true);
    });

    test('stops when it is told to', async () => {
      const place = await opened();
      const reason = new Error('stop');

      await expect(place.write(['x'], label, AbortSignal.abort(reason))).rejects.toBe(reason);
      await expect(place.read(AbortSignal.abort(reason))).rejects.toBe(reason);
      expect(await textAt(place)).toBeUndefined();
    });
  });
}
