import { createHash } from 'node:crypto';

/** That a manifest was pulled or pushed, by whom, and when last (UTC milliseconds, by the registry's clock). */
export interface ToldTransfer {
  readonly action: 'pull' | 'push';
  readonly repository: string;
  readonly digest: string;
  /** Absent: by its digest. */
  readonly tag?: string;
  /** Empty where it is not told; at most 300 characters are kept of these two. */
  readonly userAgent: string;
  readonly actor: string;
  readonly atMs: number;
}

/** A registry that tells. */
export interface ToldRegistry {
  /** `host[:port]`, in small letters. */
  readonly host: string;
  /** Since when all that it told is known. */
  readonly knownSinceMs: number;
}

/**
 * What registries tell of pulls and pushes. Of what was done alike, by the same program and user, the last is kept: so it is bounded by what
 * there is, and not by how often it is fetched.
 */
export interface ToldLog {
  /**
   * Notes what a registry told, whole or not at all. A pull that comes less than a minute after the last one alike may be left out.
   *
   * @param events - those that are no transfer of a manifest tell the time only. @param nowMs - of this machine
   */
  note(host: string, events: readonly ToldEvent[], nowMs: number): Promise<void>;
  registries(): Promise<readonly ToldRegistry[]>;
  /**
   * All that one registry told, in no order, each once.
   *
   * @param pushesSinceMs - only pushes, and of these only what was told since then, by the clocks of those who noted it
   */
  transfers(host: string, pushesSinceMs?: number): AsyncIterable<ToldTransfer>;
  /** Forgets what was told before. In small steps. */
  forget(beforeMs: number): Promise<void>;
}

/** As it was told. */
export interface ToldEvent {
  readonly atMs: number;
  readonly pull?: Omit<ToldTransfer, 'action' | 'atMs'>;
  readonly push?: Omit<ToldTransfer, 'action' | 'atMs'>;
}

/** Of a pull alike less is written: pulls count by days. */
export const PULLS_APART_MS = 60_000;

const MOST_LETTERS = 300;

/** A transfer with what it has in common with those that are alike, as one short text. */
export interface KeyedTransfer {
  readonly key: string;
  readonly transfer: ToldTransfer;
}

/** The last of each that are alike, in the order of their keys: two that write the same do not wait for each other in a circle. */
export function lastOfEach(events: readonly ToldEvent[]): readonly KeyedTransfer[] {
  const last = new Map<string, ToldTransfer>();
  for (const event of events) {
    const transfer = transferIn(event);
    if (transfer === undefined) continue;
    const key = keyOf(transfer);
    const before = last.get(key);
    if (before === undefined || before.atMs < transfer.atMs) last.set(key, transfer);
  }
  return [...last].map(([key, transfer]) => ({ key, transfer })).sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** When the first of some events was; undefined of none. */
export function firstOf(events: readonly ToldEvent[]): number | undefined {
  return events.length === 0 ? undefined : events.reduce((least, { atMs }) => Math.min(least, atMs), Infinity);
}

function transferIn({ atMs, pull, push }: ToldEvent): ToldTransfer | undefined {
  const what = push ?? pull;
  if (what === undefined) return undefined;
  const { repository, digest, tag, userAgent, actor } = what;
  return {
    ...{ action: push === undefined ? 'pull' : 'push', repository: storable(repository), digest },
    ...(tag === undefined ? {} : { tag: storable(tag) }),
    ...{ userAgent: storable(userAgent).slice(0, MOST_LETTERS), actor: storable(actor).slice(0, MOST_LETTERS), atMs },
  };
}

function keyOf({ action, repository, digest, tag, userAgent, actor }: ToldTransfer): string {
  const common = JSON.stringify([action, repository, digest, tag ?? null, userAgent, actor]);
  return createHash('sha256').update(common).digest('base64url');
}

/** Halves of letters, and NUL, are taken by no database. */
function storable(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8').replaceAll('\0', '\u{fffd}');
}
