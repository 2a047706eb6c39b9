import type { ResourceId } from '../evidence/resource.ts';
import type { ResourceTable } from '../evidence/resource-table.ts';

/** The `index`-th of `count` parts of all digests, counted from 1. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

/** Parts are equal ranges of the first 16 bits of the hash. Without a shard, everything is in it. */
export function inShard(resources: ResourceTable, id: ResourceId, shard: Shard | undefined): boolean {
  if (shard === undefined) return true;
  const key = resources.key(id);
  const start = Number.parseInt(key.slice(key.indexOf(':') + 1, key.indexOf(':') + 5), 16);
  return Math.floor((start * shard.count) / 0x10000) === shard.index - 1;
}
