import { describe, expect, test } from 'vitest';
import type {
  History,
  InventoryHeader,
  InventoryImage,
  InventoryLine,
  InventoryRepository,
  InventoryTag,
  TagQuery,
} from './contract.ts';
import type { WithHistory } from './history-ground.suite.ts';

const T = 'registry.example';

export const headerOf = (target: string, planId = 'p1'): InventoryHeader => ({
  inventory: 'inventory/v1',
  target,
  flow: 'prune',
  planId,
  madeAtMs: 1000,
  repositories: 1,
  tags: 1,
  images: 1,
  bytes: Number.MAX_SAFE_INTEGER,
  sharedBytes: 0,
  untaggedBytes: 0,
  reclaimableBytes: 0,
  gaps: 0,
});

export const repositoryOf = (name: string, exclusiveBytes: number, sharedOutsideBytes = 0): InventoryRepository => ({
  name,
  tags: 1,
  images: 1,
  exclusiveBytes,
  sharedInsideBytes: 0,
  untaggedBytes: 0,
  sharedOutsideBytes,
  goingTags: 0,
  goingBytes: 0,
  ages: [{ goes: { tags: 0, bytes: 0 }, stays: { tags: 1, bytes: 5 }, used: { tags: 0, bytes: 0 } }],
});

export const tagOf = (repository: string, tag: string, more: Partial<InventoryTag> = {}): InventoryTag => ({
  repository,
  tag,
  exclusiveBytes: 10,
  bytes: 20,
  verdict: 'stays',
  reasonCode: 'young',
  reason: 'pushed a day ago',
  ...more,
});

export const imageOf = (repository: string, digest: string): InventoryImage => ({
  repository,
  digest,
  bytes: 5,
  createdAtMs: 7,
  verdict: 'used',
  reasonCode: 'held',
  reason: 'a pod runs it',
  layers: [{ digest: 'sha256:l', bytes: 4, images: 2 }],
  attributes: { os: 'linux' },
});

const lines: readonly InventoryLine[] = [
  { repository: repositoryOf('small', 1) },
  { repository: repositoryOf('b', 5, 10) },
  { repository: repositoryOf('a', 14, 1) },
  { tag: tagOf('b', 'V2', { exclusiveBytes: 30, createdAtMs: 100, verdict: 'goes', digest: 'sha256:1' }) },
  { tag: tagOf('b', 'v1', { exclusiveBytes: Number.MAX_SAFE_INTEGER - 100, lastUsedAtMs: 9 }) },
  { tag: tagOf('a', 'v1', { exclusiveBytes: 30, createdAtMs: 300 }) },
  { tag: tagOf('a', 'v0', { createdAtMs: 200, verdict: 'goes' }) },
  { image: imageOf('b', 'sha256:1') },
  { image: imageOf('a', 'sha256:1') },
  { image: imageOf('a', 'sha256:2') },
  { link: { from: 'r/a:v1', to: 'r/a@sha256:1', as: 'tag' } },
  { link: { from: 'r/b:v1', to: 'r/a@sha256:1', as: 'tag' } },
  { link: { from: 'r/a@sha256:1', to: 'r/a@sha256:2', as: 'child' } },
];

/** What every history has to do with inventories. */
export function inventoryContract(name: string, withHistory: WithHistory): void {
  describe(`inventories in ${name}`, () => {
    test(
      'tell repositories with the largest first',
      withHistory(async (history) => {
        expect(await history.inventories()).toEqual([]);
        await history.saveInventory(headerOf(T), lines);
        await history.saveInventory(headerOf('another.example'), []);
        expect(await history.inventories()).toEqual([headerOf('another.example'), headerOf(T)]);
        expect(await history.inventoryRepositories(T)).toEqual([
          repositoryOf('a', 14, 1),
          repositoryOf('b', 5, 10),
          repositoryOf('small', 1),
        ]);
        expect(await history.inventoryRepositories('another.example')).toEqual([]);
        expect(await history.inventoryRepositories('unknown')).toEqual([]);
      }),
    );

    test(
      'list tags by size, age and name, a page at a time',
      withHistory(async (history) => {
        await history.saveInventory(headerOf(T), lines);
        const named = async (query: Parameters<History['inventoryTags']>[1], target = T) =>
          (await history.inventoryTags(target, query)).rows.map(({ repository, tag }) => `${repository}:${tag}`);

        expect(await named({ sort: 'exclusiveBytes', limit: 9 })).toEqual(['b:v1', 'b:V2', 'a:v1', 'a:v0']);
        expect(await named({ sort: 'createdAt', limit: 9 })).toEqual(['a:v1', 'a:v0', 'b:V2', 'b:v1']);
        expect(await named({ sort: 'name', limit: 9 })).toEqual(['a:v0', 'a:v1', 'b:V2', 'b:v1']);
        expect(await named({ sort: 'name', limit: 2, offset: 1 })).toEqual(['a:v1', 'b:V2']);
        expect(await named({ sort: 'name', limit: 2, offset: 4 })).toEqual([]);
        for (const sort of ['exclusiveBytes', 'createdAt', 'name'] as const) {
          expect((await named({ sort, limit: 9, repository: 'b' })).sort()).toEqual(['b:V2', 'b:v1']);
          expect((await named({ sort, limit: 9, verdict: 'goes' })).sort()).toEqual(['a:v0', 'b:V2']);
          expect(await named({ sort, limit: 9, verdict: 'goes', repository: 'a' })).toEqual(['a:v0']);
          expect(await named({ sort, limit: 1, offset: 1, text: 'V' })).toEqual(
            (await named({ sort, limit: 9 })).slice(1, 2),
          );
        }
        expect(await named({ sort: 'exclusiveBytes', limit: 9, text: 'B:v' })).toEqual(['b:v1', 'b:V2']);
        expect(await named({ sort: 'name', limit: 9, text: 'v1', repository: 'a', verdict: 'stays' })).toEqual([
          'a:v1',
        ]);
        expect(await named({ sort: 'name', limit: 9 }, 'unknown')).toEqual([]);
        const found = await history.inventoryTags(T, { sort: 'name', limit: 1, repository: 'b', verdict: 'goes' });
        expect(found.rows).toEqual([
          tagOf('b', 'V2', { exclusiveBytes: 30, createdAtMs: 100, verdict: 'goes', digest: 'sha256:1' }),
        ]);
      }),
    );

    test(
      'find one tag by its name',
      withHistory(async (history) => {
        await history.saveInventory(headerOf(T), lines);
        expect(await history.inventoryTag(T, 'b', 'V2')).toEqual(
          tagOf('b', 'V2', { exclusiveBytes: 30, createdAtMs: 100, verdict: 'goes', digest: 'sha256:1' }),
        );
        for (const [target, repository, tag] of [
          [T, 'b', 'v2'],
          [T, 'a', 'V2'],
          ['unknown', 'b', 'V2'],
        ] as const)
          expect(await history.inventoryTag(target, repository, tag)).toBeUndefined();
      }),
    );

    test(
      'add tags up by what a query finds',
      withHistory(async (history) => {
        await history.saveInventory(headerOf(T), lines);
        const sums = async (query: Omit<TagQuery, 'sort' | 'limit'>, target = T) => {
          const { tags, exclusiveBytes } = await history.inventoryTags(target, { ...query, sort: 'name', limit: 1 });
          return { tags, exclusiveBytes };
        };
        const all = Number.MAX_SAFE_INTEGER - 100 + 70;
        expect(await sums({})).toEqual({ tags: 4, exclusiveBytes: all });
        expect(await sums({ offset: 9 })).toEqual({ tags: 4, exclusiveBytes: all });
        expect(await sums({ text: 'v' })).toEqual({ tags: 4, exclusiveBytes: all });
        expect(await sums({ text: 'v', offset: 9 })).toEqual({ tags: 4, exclusiveBytes: all });
        expect(await sums({ verdict: 'goes' })).toEqual({ tags: 2, exclusiveBytes: 40 });
        expect(await sums({ repository: 'a' })).toEqual({ tags: 2, exclusiveBytes: 40 });
        expect(await sums({ repository: 'a', text: ':V1' })).toEqual({ tags: 1, exclusiveBytes: 30 });
        expect(await sums({}, 'unknown')).toEqual({ tags: 0, exclusiveBytes: 0 });
      }),
    );

    test(
      'find images by digest, in one repository and in all',
      withHistory(async (history) => {
        await history.saveInventory(headerOf(T), lines);
        expect(await history.inventoryImage(T, 'a', 'sha256:1')).toEqual(imageOf('a', 'sha256:1'));
        expect(await history.inventoryImage(T, 'c', 'sha256:1')).toBeUndefined();
        expect(await history.inventoryImage('unknown', 'a', 'sha256:1')).toBeUndefined();
        expect((await history.inventoryImagesOf(T, 'sha256:1')).map(({ repository }) => repository)).toEqual([
          'a',
          'b',
        ]);
        expect(await history.inventoryImagesOf(T, 'sha256:9')).toEqual([]);
      }),
    );

    test(
      'tell who keeps a thing, and what it keeps',
      withHistory(async (history) => {
        await history.saveInventory(headerOf(T), lines);
        const links = lines.flatMap((line) => ('link' in line ? [line.link] : []));
        expect(await history.inventoryLinks(T, 'to', ['r/a@sha256:1'], 9)).toEqual([links[0], links[1]]);
        expect(await history.inventoryLinks(T, 'to', ['r/a@sha256:1', 'r/a@sha256:2', 'x'], 2)).toHaveLength(2);
        expect(await history.inventoryLinks(T, 'from', ['r/a@sha256:1', 'r/a@sha256:1'], 9)).toEqual([links[2]]);
        expect(await history.inventoryLinks(T, 'from', [], 9)).toEqual([]);
        expect(await history.inventoryLinks('unknown', 'from', ['r/a:v1'], 9)).toEqual([]);
      }),
    );

    test(
      'are replaced as a whole, and not by one whose source fails',
      withHistory(async (history) => {
        await history.saveInventory(headerOf(T), lines);
        async function* failing() {
          for (let at = 0; at < 3000; at += 1) yield { tag: tagOf('new', `v${at}`) };
          throw new Error('the child has died');
        }
        await expect(history.saveInventory(headerOf(T, 'p2'), failing())).rejects.toThrow('the child has died');
        expect(await history.inventories()).toEqual([headerOf(T)]);
        expect(await history.inventoryTags(T, { sort: 'name', limit: 1 })).toMatchObject({ tags: 4 });

        await history.saveInventory(headerOf(T, 'p3'), [{ tag: tagOf('new', 'v1') }]);

        expect(await history.inventories()).toEqual([headerOf(T, 'p3')]);
        expect((await history.inventoryTags(T, { sort: 'name', limit: 9 })).rows).toEqual([tagOf('new', 'v1')]);
        expect(await history.inventoryRepositories(T)).toEqual([]);
        expect(await history.inventoryLinks(T, 'to', ['r/a@sha256:1'], 9)).toEqual([]);
        expect(await history.inventoryImagesOf(T, 'sha256:1')).toEqual([]);
      }),
    );
  });
}
