import { describe, expect, test } from 'vitest';
import type { Digest } from '../../oci/digest.ts';
import type { State, TagObservation } from './contract.ts';

const digest = (letter: string): Digest => `sha256:${letter.repeat(64)}`;
const seen = (tag: string, on: string, scope = 'registry.example/app'): TagObservation => ({
  scope,
  tag,
  digest: digest(on),
});

/** What every memory has to do. `open` gives an empty one. */
export function stateContract(name: string, open: () => Promise<State>): void {
  describe(`${name} as what is remembered between runs`, () => {
    test('knows the counts of the last survey of each source, and none before the first', async () => {
      const state = await open();
      expect(await state.lastCounts('records orders')).toBeUndefined();

      await state.rememberCounts('records orders', { rows: 10, gone: 3 }, 1000);
      await state.rememberCounts('records orders', { rows: 12, tags: 2 ** 40 }, 2000);
      await state.rememberCounts('registry', {}, 2000);

      expect(await state.lastCounts('records orders')).toEqual({ rows: 12, tags: 2 ** 40 });
      expect(await state.lastCounts('registry')).toEqual({});
      await state.close();
    });

    test('keeps the first time of a tag that stays on its digest', async () => {
      const state = await open();
      await state.observeTags([seen('v1', 'a')], 1_700_000_000_000);
      await state.observeTags([seen('v1', 'a')], 1_700_000_001_000);
      await state.observeTags([seen('v1', 'a')], 1_800_000_000_000);

      expect(await state.firstSeenMs(seen('v1', 'a'))).toBe(1_700_000_000_000);
      await state.close();
    });

    test('begins anew for a tag that moves, also back to where it was', async () => {
      const state = await open();
      await state.observeTags([seen('v1', 'a')], 1000);
      await state.observeTags([seen('v1', 'b')], 2000);
      expect(await state.firstSeenMs(seen('v1', 'a'))).toBeUndefined();
      expect(await state.firstSeenMs(seen('v1', 'b'))).toBe(2000);

      await state.observeTags([seen('v1', 'a')], 3000);

      expect(await state.firstSeenMs(seen('v1', 'a'))).toBe(3000);
      expect(await state.firstSeenMs(seen('v1', 'b'))).toBeUndefined();
      await state.close();
    });

    test('remembers what a tag was on before, newest first, and a digest twice that it came back to', async () => {
      const state = await open();
      await state.observeTags([seen('v1', 'a'), seen('v2', 'a')], 1000);
      await state.observeTags([seen('v1', 'b'), seen('v2', 'a')], 2000);
      await state.observeTags([seen('v1', 'b')], 3000);
      await state.observeTags([seen('v1', 'a')], 4000);

      const history = await state.tagHistory('registry.example/app');

      expect(history.get('v1')).toEqual([
        { digest: digest('a'), sinceMs: 4000 },
        { digest: digest('b'), sinceMs: 2000 },
        { digest: digest('a'), sinceMs: 1000 },
      ]);
      expect(history.get('v2')).toEqual([{ digest: digest('a'), sinceMs: 1000 }]);
      expect(await state.tagHistory('registry.example')).toEqual(new Map());
      await state.close();
    });

    test('forgets a digest a year after the tag has left it', async () => {
      const state = await open();
      const dayMs = 24 * 60 * 60 * 1000;
      await state.observeTags([seen('v1', 'a')], 0);
      await state.observeTags([seen('v1', 'b')], 100 * dayMs);
      await state.observeTags([seen('v1', 'c')], 200 * dayMs);
      await state.observeTags([seen('v1', 'd')], 500 * dayMs);

      const digests = (await state.tagHistory('registry.example/app')).get('v1')?.map((one) => one.digest);

      expect(digests).toEqual([digest('d'), digest('c'), digest('b')]);
      await state.close();
    });

    test('forgets digests of a repository that are said to be gone, and no others', async () => {
      const state = await open();
      await state.observeTags([seen('v1', 'a'), seen('old', 'c'), seen('v1', 'a', 'registry.example/other')], 1000);
      await state.observeTags([seen('v1', 'b'), seen('v1', 'b', 'registry.example/other')], 2000);

      await state.forgetDigests('registry.example/app', [digest('a'), digest('c')]);
      await state.forgetDigests('registry.example/unknown', [digest('b')]);
      await state.forgetDigests('registry.example/app', []);

      expect([...(await state.tagHistory('registry.example/app'))]).toEqual([
        ['v1', [{ digest: digest('b'), sinceMs: 2000 }]],
      ]);
      expect((await state.tagHistory('registry.example/other')).get('v1')).toHaveLength(2);
      await state.close();
    });

    test('tells tags, repositories and digests apart', async () => {
      const state = await open();
      await state.observeTags([seen('v1', 'a'), seen('V1', 'b'), seen('v1', 'c', 'registry.example/other')], 1000);

      expect(await state.firstSeenMs(seen('v1', 'a'))).toBe(1000);
      expect(await state.firstSeenMs(seen('V1', 'b'))).toBe(1000);
      expect(await state.firstSeenMs(seen('v1', 'c', 'registry.example/other'))).toBe(1000);
      expect(await state.firstSeenMs(seen('v1', 'b'))).toBeUndefined();
      expect(await state.firstSeenMs(seen('v2', 'a'))).toBeUndefined();
      expect(await state.firstSeenMs(seen('v1', 'a', 'registry.example'))).toBeUndefined();
      await state.close();
    });

    test('takes tags as they come, more than fit in one transaction', async () => {
      const state = await open();
      function* many(): Generator<TagObservation> {
        for (let at = 0; at < 10_001; at += 1) yield seen(`v${at}`, 'a');
      }

      await state.observeTags(many(), 1000);
      await state.observeTags([], 2000);

      expect(await state.firstSeenMs(seen('v0', 'a'))).toBe(1000);
      expect(await state.firstSeenMs(seen('v10000', 'a'))).toBe(1000);
      await state.close();
    });

    test('passes on what goes wrong with whoever names the tags, and works on', async () => {
      const state = await open();
      function* failing(): Generator<TagObservation> {
        yield seen('v1', 'a');
        throw new Error('the listing broke');
      }

      await expect(state.observeTags(failing(), 1000)).rejects.toThrow('the listing broke');

      await state.observeTags([seen('v2', 'a')], 2000);
      expect(await state.firstSeenMs(seen('v2', 'a'))).toBe(2000);
      await state.close();
    });
  });

  describe(`${name}: images in use on a node`, () => {
    test('tells when an image was last seen in use, or first seen at all', async () => {
      const state = await open();
      const a = { key: 'sha256:a', used: true };
      const b = { key: 'sha256:b', used: false };

      expect(await state.noteUse('cri:///one.sock', [a, b], 1000)).toEqual(
        new Map([
          [a.key, 1000],
          [b.key, 1000],
        ]),
      );
      expect(await state.noteUse('cri:///one.sock', [a, b], 2000)).toEqual(
        new Map([
          [a.key, 2000],
          [b.key, 1000],
        ]),
      );
      const ended = { ...a, used: false };
      expect(await state.noteUse('cri:///one.sock', [ended, b], 3000)).toEqual(
        new Map([
          [a.key, 2000],
          [b.key, 1000],
        ]),
      );
      await state.close();
    });

    test('forgets images that are gone, and keeps runtimes apart', async () => {
      const state = await open();
      const a = { key: 'sha256:a', used: false };
      await state.noteUse('cri:///one.sock', [a], 1000);
      await state.noteUse('cri:///two.sock', [a], 2000);
      await state.noteUse('cri:///one.sock', [], 3000);

      expect(await state.noteUse('cri:///one.sock', [a], 4000)).toEqual(new Map([[a.key, 4000]]));
      expect(await state.noteUse('cri:///two.sock', [a], 4000)).toEqual(new Map([[a.key, 2000]]));
      await state.close();
    });
  });
}
