import { setImmediate as nextTurn } from 'node:timers/promises';
import type { History, InventoryHeader, InventoryTag, Verdict } from '../../systems/history/contract.ts';

const DAY_MS = 86_400_000;
const CHUNK = 2000;
/** Counts that are remembered; each is a few numbers. */
const REMEMBERED = 64;

/** Ranges of ages, by the time at which an image was created; the last is for those of which it is not known. */
export const ageRanges = [
  { words: 'under 7 d', underMs: 7 * DAY_MS },
  { words: '7 to 30 d', underMs: 30 * DAY_MS },
  { words: '30 to 90 d', underMs: 90 * DAY_MS },
  { words: '90 d to 1 y', underMs: 365 * DAY_MS },
  { words: 'over 1 y', underMs: Number.POSITIVE_INFINITY },
  { words: 'unknown', underMs: undefined },
] as const;

/** How many tags are of a range, and the bytes that each of them holds alone, by what becomes of them. */
export interface TagAges {
  readonly words: string;
  readonly byVerdict: Readonly<Record<Verdict, { readonly tags: number; readonly bytes: number }>>;
}

/** Which of {@link ageRanges} a tag is in, at a moment. */
export function ageRangeOf(createdAtMs: number | undefined, nowMs: number): number {
  if (createdAtMs === undefined) return ageRanges.length - 1;
  return ageRanges.findIndex(({ underMs }) => underMs !== undefined && nowMs - createdAtMs < underMs);
}

/** Counts the tags of inventories, each inventory once: it never changes, a newer one has another plan. */
export class AgeCounts {
  readonly #counts = new Map<string, Counting>();

  /**
   * The ages of a registry's tags, or of one repository's. Hundreds of thousands of tags take longer than a page may: then the count goes
   * on, and who asks again has it.
   *
   * @param patienceMs - how long to wait for the count
   * @returns undefined where it is not done yet
   */
  async of(
    history: History,
    header: InventoryHeader,
    repository: string | undefined,
    patienceMs: number,
  ): Promise<readonly TagAges[] | undefined> {
    const key = JSON.stringify([header.target, header.planId, header.madeAtMs, repository]);
    const known = this.#counts.get(key) ?? this.#begin(key, history, header, repository);
    if (known.done === undefined) await Promise.race([known.ended, patience(patienceMs)]);
    if (known.failed === undefined) return known.done;
    this.#counts.delete(key);
    throw known.failed.error;
  }

  #begin(key: string, history: History, header: InventoryHeader, repository: string | undefined): Counting {
    const counting: Counting = { ended: Promise.resolve() };
    const count = async () => {
      const ages = await countAges(history, header, repository);
      // Replaced meanwhile: what was counted is some of the one and some of the other.
      if (await isPresent(history, header)) counting.done = ages;
      else this.#counts.delete(key);
    };
    counting.ended = count().catch((error: unknown) => {
      counting.failed = { error };
    });
    this.#counts.set(key, counting);
    const [oldest] = this.#counts.keys();
    if (this.#counts.size > REMEMBERED && oldest !== undefined) this.#counts.delete(oldest);
    return counting;
  }
}

interface Counting {
  ended: Promise<void>;
  done?: readonly TagAges[];
  /** Whoever asks next is told. */
  failed?: { readonly error: unknown };
}

/** Reads all tags in pieces, with a turn for others after each. */
async function countAges(
  history: History,
  { target, madeAtMs }: InventoryHeader,
  repository: string | undefined,
): Promise<readonly TagAges[]> {
  const none = () => ({ tags: 0, bytes: 0 });
  const ages = ageRanges.map(({ words }) => ({ words, byVerdict: { goes: none(), stays: none(), used: none() } }));
  let tags: readonly InventoryTag[] = [];
  let offset = 0;
  do {
    const where = repository === undefined ? {} : { repository };
    tags = await history.inventoryTags(target, { ...where, sort: 'name', offset, limit: CHUNK });
    for (const { createdAtMs, verdict, exclusiveBytes } of tags) {
      const sums = ages[ageRangeOf(createdAtMs, madeAtMs)]?.byVerdict[verdict];
      if (sums === undefined) continue;
      sums.tags += 1;
      sums.bytes += exclusiveBytes;
    }
    offset += tags.length;
    await nextTurn();
  } while (tags.length === CHUNK);
  return ages;
}

async function isPresent(history: History, { target, planId, madeAtMs }: InventoryHeader): Promise<boolean> {
  const headers = await history.inventories();
  return headers.some((one) => one.target === target && one.planId === planId && one.madeAtMs === madeAtMs);
}

/** Does not keep the process alive. */
function patience(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms).unref());
}
