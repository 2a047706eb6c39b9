import { createHash } from 'node:crypto';
import type { World } from '../../src/demo/world/world.ts';

/** One hash over which tag stands for which digest: equal for equal answers. */
export function fingerprint(tags: Iterable<string>): string {
  const hash = createHash('sha256');
  for (const line of [...tags].sort()) hash.update(`${line}\n`);
  return hash.digest('hex');
}

/** `repository:tag@digest` of each tag, as it was written into the store. */
export function* linesOf({ repositories }: World): Generator<string> {
  for (const { name, tags } of repositories) for (const tag of tags) yield `${name}:${tag.name}@${tag.digest}`;
}
