import type { InventoryTag, TagQuery } from './inventory.ts';

/** The order of tags on pages: the largest first; the newest first, and last those of unknown age; or by name. */
export function byTagOrder(sort: TagQuery['sort']): (one: InventoryTag, other: InventoryTag) => number {
  if (sort === 'exclusiveBytes') return (one, other) => other.exclusiveBytes - one.exclusiveBytes;
  if (sort === 'createdAt')
    return (one, other) => (other.createdAtMs ?? -Infinity) - (one.createdAtMs ?? -Infinity) || 0;
  return (one, other) => compareTexts(one.repository, other.repository) || compareTexts(one.tag, other.tag);
}

export function compareTexts(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
