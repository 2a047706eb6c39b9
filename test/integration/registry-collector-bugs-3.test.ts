import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { collectByBoth } from '../support/both-collectors.ts';
import { describeDistribution3 } from '../support/distributions.ts';
import { type BuiltStore, image, index, type StoreWorld, schema1 } from '../support/store-world/index.ts';

/*
 * What the collector of version 3 gets wrong where that of 2.8 does not, beside Winnow on the same storage: `registry-collector-bugs.test.ts`
 * has Winnow's side of these without it. `o` is garbage in every story.
 */

describeDistribution3('Where the registry’s own collector of version 3 is wrong', [], (distribution) => {
  test('B2: it deletes layers that are named by their sha512, and ends at their links; Winnow follows the alias', async () => {
    const world: StoreWorld = {
      manifests: { A: image(['x@sha512', 'y']) },
      repositories: { app: { tags: { v1: 'A' } } },
      orphans: ['o'],
    };

    const { registry, winnow } = await collectByBoth(world, { distribution });

    expect(registry).toMatchObject({ code: 1, output: expect.stringContaining('Path not found') });
    expect(registry.gone('A', 'x', 'y', 'o')).toEqual(['x', 'o']);
    expect(winnow.gone('A', 'x', 'y', 'o')).toEqual(['o']);
  });

  test('B3: it deletes layers of a child that another repository’s index needs; Winnow keeps them', async () => {
    const world: StoreWorld = {
      manifests: { A: image(['a']), B: image(['b']), I: index(['A', 'B']) },
      repositories: { first: { tags: { v1: 'I' }, deleted: ['A'] }, second: { tags: { v1: 'I' } } },
      orphans: ['o'],
    };

    const { registry, winnow } = await collectByBoth(world, { deleteUntagged: true, distribution });

    const all = ['I', 'A', 'a', 'A.config', 'B', 'b', 'B.config', 'o'];
    expect([registry.code, registry.gone(...all)]).toEqual([0, ['a', 'A.config', 'o']]);
    expect(winnow.gone(...all)).toEqual(['o']);
    for (const part of ['a', 'A.config']) expect(existsSync(winnow.store.layerLink('second', part))).toBe(true);
  });

  describe('B6: one bad object ends it, before anything is deleted; Winnow keeps all that may belong to it, and goes on', () => {
    const world: StoreWorld = {
      manifests: { A: image(['x']), B: image(['y']), C: image(['z']) },
      repositories: { app: { tags: { v1: 'A', v2: 'B' }, layers: ['loose'] }, other: { tags: { v1: 'C' } } },
      orphans: ['o'],
    };
    const needed = ['A', 'x', 'A.config', 'B', 'y', 'B.config', 'C', 'z', 'C.config'];

    test.each([
      [
        'an empty layer link',
        'invalid checksum digest format',
        (store: BuiltStore) => store.write(store.layerLink('app', 'x'), ''),
      ],
      [
        'no _layers folder',
        'Path not found',
        (store: BuiltStore) => store.remove(`${store.repository('other')}/_layers`),
      ],
    ])('%s', async (_, why, damage) => {
      const { registry, winnow } = await collectByBoth(world, { damage, distribution });
      expect(registry).toMatchObject({ code: 1, output: expect.stringContaining(why) });
      expect(registry.gone('o')).toEqual([]);
      expect(winnow.gone('o', 'loose', ...needed)).toEqual(['o', 'loose']);
    });

    test('a manifest of schema 1', async () => {
      const { registry, winnow } = await collectByBoth(
        {
          manifests: { old: schema1(['x', 'y']) },
          repositories: { archive: { tags: { v1: 'old' }, layers: ['loose'] } },
          orphans: ['o'],
        },
        { distribution },
      );
      expect(registry).toMatchObject({ code: 1, output: expect.stringContaining('schema version 1') });
      expect(registry.gone('o')).toEqual([]);
      expect(winnow.gone('o', 'old', 'x', 'y')).toEqual(['o']);
    });
  });
});
