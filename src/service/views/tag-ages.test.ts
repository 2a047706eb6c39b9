import { expect, it } from 'vitest';
import { type MadeUpTag, madeUpInventory } from '../../../test/support/made-up-inventory.ts';
import type { History } from '../../systems/history/contract.ts';
import { histories } from '../../systems/history/index.ts';
import { AgeCounts, ageRangeOf } from './tag-ages.ts';

const DAY_MS = 86_400_000;

async function saved(tags: readonly MadeUpTag[]) {
  const history = histories.memory();
  const { header, lines } = madeUpInventory(tags);
  await history.saveInventory(header, lines);
  return { history, header };
}

const many = Array.from({ length: 4500 }, (_, n): MadeUpTag => {
  const ageDays = [1, 10, 50, 200, 900][n % 5] ?? 0;
  return {
    repository: n < 4000 ? 'a' : 'b',
    tag: `v${n}`,
    image: n,
    bytes: 2,
    verdict: n % 2 === 0 ? 'goes' : 'used',
    ageDays,
  };
});

it('a tag is in the range of its age, at its bounds in the older one', () => {
  const now = 1000 * DAY_MS;
  const ranges = [0, 6.9, 7, 30, 89, 90, 365, 900].map((days) => ageRangeOf(now - days * DAY_MS, now));
  expect(ranges).toEqual([0, 0, 1, 2, 2, 3, 4, 4]);
  expect(ageRangeOf(now + DAY_MS, now)).toBe(0);
  expect(ageRangeOf(undefined, now)).toBe(5);
});

it('all tags are counted, by age and by what becomes of them', async () => {
  const { history, header } = await saved([
    ...many,
    { repository: 'b', tag: 'x', image: 9999, bytes: 7, verdict: 'stays' },
  ]);
  const ages = await new AgeCounts().of(history, header, undefined, 10_000);
  expect(ages?.map(({ byVerdict }) => byVerdict.goes.tags + byVerdict.used.tags)).toEqual([900, 900, 900, 900, 900, 0]);
  expect(ages?.[5]?.byVerdict.stays).toEqual({ tags: 1, bytes: 7 });
  expect(ages?.[0]?.byVerdict.goes).toEqual({ tags: 450, bytes: 900 });
});

it('ages of one repository are counted apart', async () => {
  const { history, header } = await saved(many);
  const ages = await new AgeCounts().of(history, header, 'b', 10_000);
  expect(ages?.reduce((sum, { byVerdict }) => sum + byVerdict.goes.tags + byVerdict.used.tags, 0)).toBe(500);
});

it('who does not want to wait has the count when it is done, and it is done once', async () => {
  const { history, header } = await saved(many);
  let asked = 0;
  const counting: History = {
    ...history,
    inventoryTags: (...args) => {
      asked += 1;
      return history.inventoryTags(...args);
    },
  };
  const counts = new AgeCounts();
  expect(await counts.of(counting, header, undefined, 0)).toBeUndefined();
  expect(await counts.of(counting, header, undefined, 10_000)).toHaveLength(6);
  expect(await counts.of(counting, header, undefined, 0)).toHaveLength(6);
  expect(asked).toBe(3);
});

it('a count that failed is told to who asked, and begun anew by the next', async () => {
  const { history, header } = await saved(many);
  let broken = true;
  const sometimes: History = {
    ...history,
    inventoryTags: (...args) => (broken ? Promise.reject(new Error('gone')) : history.inventoryTags(...args)),
  };
  const counts = new AgeCounts();
  await expect(counts.of(sometimes, header, undefined, 10_000)).rejects.toThrow('gone');
  broken = false;
  expect(await counts.of(sometimes, header, undefined, 10_000)).toHaveLength(6);
});

it('what was counted while another inventory came is not shown', async () => {
  const { history, header } = await saved(many);
  const counts = new AgeCounts();
  const counting = counts.of(history, header, undefined, 10_000);
  const other = madeUpInventory(many.slice(0, 10));
  const next = { ...other.header, planId: 'plan-2' };
  await history.saveInventory(next, other.lines);
  expect(await counting).toBeUndefined();
  const ages = await counts.of(history, next, undefined, 10_000);
  expect(ages?.reduce((sum, { byVerdict }) => sum + byVerdict.goes.tags + byVerdict.used.tags, 0)).toBe(10);
});
