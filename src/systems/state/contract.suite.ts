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
}
