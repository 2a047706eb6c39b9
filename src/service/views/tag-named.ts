import type { History, InventoryTag } from '../../systems/history/contract.ts';

/**
 * Finds one tag by its whole name: by halves of the repository's tags in the order of their names, which is much quicker than a search
 * for a part of it. Tags are ASCII, so all orders are one.
 */
export async function tagNamed(
  history: History,
  target: string,
  repository: string,
  name: string,
): Promise<InventoryTag | undefined> {
  const { tags } = await history.inventoryTagSums(target, { repository });
  let from = 0;
  let end = tags;
  while (from < end) {
    const offset = Math.floor((from + end) / 2);
    const [found] = await history.inventoryTags(target, { repository, sort: 'name', offset, limit: 1 });
    if (found === undefined) return undefined;
    if (found.tag === name) return found;
    if (found.tag < name) from = offset + 1;
    else end = offset;
  }
  return undefined;
}
