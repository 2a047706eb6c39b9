import type { ResourceId } from '../evidence/resource.ts';
import type { ResourceTable } from '../evidence/resource-table.ts';

/** The `index`-th of `count` parts of all digests, counted from 1. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

/** Parts are equal ranges of the first 16 bits of the hash. Without a shard, everything is in it. */
export function inShard(resources: ResourceTable, id: ResourceId, shard: Shard | undefined): boolean {
  return shard === undefined || digestInShard(resources.key(id), shard);
}

/** @see inShard */
export function digestInShard(digest: string, { index, count }: Shard): boolean {
  const at = digest.indexOf(':') + 1;
  return Math.floor((Number.parseInt(digest.slice(at, at + 4), 16) * count) / 0x10000) === index - 1;
}
