import { randomUUID } from 'node:crypto';
import type { Listed } from './bucket.ts';
import { listAll } from './list-all.ts';
import { LOCKS, MAX_OWN_BYTES, writeOwn } from './own-objects.ts';
import { nameOfPart, overlap, type Part, partInName } from './parts.ts';
import type { BucketPlace } from './place.ts';

/** Who wants the lock, or has it. The object's own time is the last sign of life. */
export interface Claim {
  readonly key: string;
  /** What is claimed; absent: the whole. It stands in the key, so that a claim that is in nobody's way is not read. */
  readonly part: Part;
  readonly holder: string;
  readonly isHeld: boolean;
  readonly lastSeenMs: number;
}

/** A key for a claim that nobody else has. Of two that come at once the one with the lesser key goes first. */
export function newClaimKey(part: Part): string {
  return `${LOCKS}${randomUUID()}${nameOfPart(part)}.json`;
}

export async function writeClaim(place: BucketPlace, key: string, holder: string, isHeld: boolean): Promise<void> {
  await writeOwn(place, key, JSON.stringify({ holder, isHeld }));
}

/** All claims that there are to a part, to what overlaps it, or to the whole. @throws STORE_WALK_FAILED */
export async function readClaims(place: BucketPlace, part: Part, signal: AbortSignal): Promise<readonly Claim[]> {
  const listed: Listed[] = [];
  const take = (objects: readonly Listed[]) => void listed.push(...objects);
  await listAll({ bucket: place.bucket, readers: place.readers, take }, LOCKS, signal);
  const claims: Claim[] = [];
  for (const { key, atMs } of listed) {
    const claimed = partInName(key, '.json');
    if (!overlap(claimed, part)) continue;
    const bytes = await place.bucket.read(key, MAX_OWN_BYTES, signal);
    if (bytes !== undefined) claims.push({ key, part: claimed, lastSeenMs: atMs, ...parseClaim(bytes) });
  }
  return claims;
}

/** Whatever lies there is somebody's claim, until it is old. */
function parseClaim(bytes: Uint8Array): Pick<Claim, 'holder' | 'isHeld'> {
  try {
    const { holder, isHeld } = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
    return { holder: typeof holder === 'string' ? holder : 'somebody', isHeld: isHeld !== false };
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return { holder: 'somebody', isHeld: true };
    throw thrown;
  }
}
