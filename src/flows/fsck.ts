import { findDamage } from '../graph/damage.ts';
import { compareDamage, type Damage, damageKey } from '../graph/damage-kinds.ts';
import type { FsckFindings } from '../report/fsck/findings.ts';
import { withoutForeign } from './foreign-parts.ts';
import { sightCounts } from './fsck-counts.ts';
import { type StoreLookInput, type StoreUnderCheck, storeUnderCheck } from './store-under-check.ts';
import { gapsNotTold } from './unseen.ts';
import { type VerifyInput, verifyContents, type WrongContent } from './verify-contents.ts';

export interface FsckStoreInput extends StoreLookInput {
  /** Hashes all contents as well. */
  readonly verify?: Omit<VerifyInput, 'store' | 'under' | 'onProgress'>;
}

/**
 * Looks for damage on a storage. Nothing is written. What is found is looked for a second time, and told only if it is still there: a push or
 * a deletion that was under way is no damage.
 *
 * @throws STORE_WALK_FAILED where a part could not be looked at
 */
export async function fsckStore(input: FsckStoreInput, signal: AbortSignal): Promise<FsckFindings> {
  const { under, damage } = await lookTwice(input, signal);
  const verified =
    input.verify === undefined
      ? undefined
      : await verifyContents({ ...input.verify, ...told(input), store: input.store, under }, signal);
  const all = withWrongContent(damage, verified?.wrong ?? []);
  return {
    system: 'store',
    place: input.store.name,
    counts: {
      ...sightCounts(under.evidence),
      ...(verified === undefined ? {} : { verifiedBlobs: verified.blobs, verifiedBytes: verified.sizeBytes }),
    },
    damage: all,
    unseen: gapsNotTold(under.evidence.gaps, all, under.name),
  };
}

/** What was seen of a storage, and what seems to be wrong: a push may be under way. The worst first. */
interface DamageSeen {
  readonly under: StoreUnderCheck;
  readonly damage: readonly Damage[];
}

interface SecondLook {
  /** What need not be seen twice. */
  readonly isKnown?: (damage: Damage) => boolean;
  /** Awaited before the second look. */
  readonly pause?: () => Promise<void>;
}

/** What is damaged in two looks. There is no second one where the first finds nothing new. @throws STORE_WALK_FAILED */
export async function lookTwice(
  input: StoreLookInput,
  signal: AbortSignal,
  { isKnown = () => false, pause }: SecondLook = {},
): Promise<DamageSeen> {
  const first = await lookOnce(input, signal);
  if (first.damage.every(isKnown)) return first;
  const seen = new Set(first.damage.map(damageKey));
  await pause?.();
  const { under, damage } = await lookOnce(input, signal);
  return { under, damage: damage.filter((one) => seen.has(damageKey(one))) };
}

async function lookOnce(input: StoreLookInput, signal: AbortSignal): Promise<DamageSeen> {
  const under = await storeUnderCheck(input, signal);
  const damage = [...findDamage(under.view)];
  for (const { repository, digest } of under.idleLinks())
    damage.push({ kind: 'link-idle', repository, what: digest, neededBy: [], tags: [] });
  return { under, damage: await withoutForeign(input.store, damage.sort(compareDamage), signal) };
}

/** What has no bytes at all was found before it was hashed. */
function withWrongContent(damage: readonly Damage[], wrong: readonly WrongContent[]): readonly Damage[] {
  const known = new Set(damage.map(damageKey));
  const more = wrong.flatMap((one) => wrongContent(one)).filter((one) => !known.has(damageKey(one)));
  return [...damage, ...more].sort(compareDamage);
}

function wrongContent({ digest, cause, needs }: WrongContent): readonly Damage[] {
  if (needs.length === 0)
    return [{ kind: 'wrong-content-unneeded', repository: '', what: digest, cause, neededBy: [], tags: [] }];
  return needs.map((need) => ({ kind: 'wrong-content', what: digest, cause, ...need }));
}

function told({ onProgress }: FsckStoreInput): Pick<VerifyInput, 'onProgress'> {
  return onProgress === undefined ? {} : { onProgress };
}
