import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type MadeUpTag, madeUpInventory, madeUpTarget } from '../../../test/support/made-up-inventory.ts';
import { histories } from '../../systems/history/index.ts';
import { registryTiles } from '../pages/storage-tiles.ts';
import { registriesOf, registryOf, registryParts, repositoryPage, tagPage } from './storage-view.ts';

async function historyOf(...inventory: Parameters<typeof madeUpInventory>) {
  const history = histories.memory();
  const { header, lines } = madeUpInventory(...inventory);
  await history.saveInventory(header, lines);
  return { history, header, repositories: await history.inventoryRepositories(madeUpTarget) };
}

const tagOf = (repository: string, tag: string, bytes: number, image: number): MadeUpTag => ({
  ...{ repository, tag, bytes, image, verdict: image % 3 === 0 ? 'goes' : 'stays' },
});

describe('the parts of a registry', () => {
  it('add up to its bytes, however few of them are shown one by one', async () => {
    const some = fc.array(fc.tuple(fc.nat({ max: 8 }), fc.nat({ max: 2 ** 40 })), { minLength: 1, maxLength: 60 });
    const bytes = fc.nat({ max: 2 ** 40 });
    await fc.assert(
      fc.asyncProperty(some, bytes, bytes, fc.integer({ min: 1, max: 5 }), async (sizes, inside, shared, most) => {
        const tags = sizes.map(([repository, size], n) => tagOf(`team/r${repository}`, `v${n}`, size, n));
        const first = tags[0]?.repository ?? '';
        const { history, header, repositories } = await historyOf(tags, [], {
          sharedInside: { [first]: inside },
          untagged: { [first]: inside },
          sharedBytes: shared,
        });
        const parts = await registryParts(history, header, repositories, { repositories: most, tags: most });
        const setting = { target: madeUpTarget, basePath: '', colour: 'verdict', madeAtMs: header.madeAtMs } as const;
        const tiles = registryTiles(parts, setting).flatMap((group) => group.tiles);
        expect(tiles.reduce((sum, tile) => sum + tile.bytes, 0)).toBe(header.bytes);
        expect(tiles.length).toBeLessThanOrEqual(most * (most + 3) + 2);
      }),
      { numRuns: 50 },
    );
  });

  it('are coloured by what becomes of them, and mixed where nothing more is known', async () => {
    const tags = [tagOf('a', 'v1', 50, 1), tagOf('a', 'v3', 40, 3), tagOf('a', 'v4', 5, 4), tagOf('a', 'v6', 4, 6)];
    const { history, header, repositories } = await historyOf(tags);
    const parts = await registryParts(history, header, repositories, { repositories: 3, tags: 2 });
    const setting = { target: madeUpTarget, basePath: '/w', colour: 'verdict', madeAtMs: header.madeAtMs } as const;
    const [group] = registryTiles(parts, setting);
    expect(group?.href).toBe('/w/storage/registry.example%3A5000?repository=a&colour=verdict');
    expect(group?.tiles.map(({ label, look, bytes }) => [label, look, bytes])).toEqual([
      ['v1', 'stays', 50],
      ['v3', 'goes', 40],
      ['2 other tags', 'mixed', 9],
      ['shared', 'shared', 0],
      ['untagged', 'untagged', 0],
    ]);
    const heat = registryTiles(parts, { ...setting, colour: 'reclaim' })[0]?.tiles.map(({ look }) => look);
    expect(new Set(heat)).toEqual(new Set(['step-3'])); // 44 of 99 bytes
  });
});

describe('tables of a registry', () => {
  it('are filtered, sorted and cut into pages; a page beyond the last is the last', async () => {
    const tags = Array.from({ length: 7 }, (_, n) => tagOf(`team/R${n}`, 'v1', n, n));
    const { repositories } = await historyOf([...tags, tagOf('other', 'v1', 100, 99)]);
    const page = repositoryPage(repositories, { text: 'TEAM/r', sort: 'bytes', page: 9, size: 3 });
    expect(page).toMatchObject({ count: 7, page: 3, pages: 3 });
    expect(page.rows.map(({ name }) => name)).toEqual(['team/R0']);
    const byName = repositoryPage(repositories, { text: undefined, sort: 'name', page: 1, size: 2 });
    expect(byName.rows.map(({ name }) => name)).toEqual(['other', 'team/R0']);
  });

  it('count all tags that a query finds, and what they hold alone', async () => {
    const { history } = await historyOf(Array.from({ length: 5 }, (_, n) => tagOf('a', `v${n}`, 10, n)));
    const page = await tagPage(
      history,
      madeUpTarget,
      { repository: 'a', verdict: 'stays', sort: 'name' },
      { page: 2, size: 2 },
    );
    expect(page).toMatchObject({ count: 3, page: 2, pages: 2, exclusiveBytes: 30 });
    expect(page.rows.map(({ tag }) => tag)).toEqual(['v4']);
  });
});

it('a registry that no run has seen is told so', async () => {
  const { history } = await historyOf([tagOf('a', 'v1', 1, 1)]);
  expect((await registriesOf(history)).map(({ target }) => target)).toEqual([madeUpTarget]);
  await expect(registryOf(history, 'other.example')).rejects.toMatchObject({ code: 'NO_INVENTORY', status: 404 });
});
