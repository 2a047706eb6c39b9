import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { startHeartbeat } from '../heartbeat.ts';
import type { Claim } from './claim.ts';
import {
  type Draft,
  type FoundClaim,
  giveName,
  leftovers,
  readClaim,
  removeIfThere,
  writeDraft,
} from './claim-files.ts';
import { fateOf, type ProcessIdentity, thisProcess } from './process-identity.ts';
import { advance, firstStep, type LeaseDisk, type Step } from './succession.ts';

export interface FileLockAsked {
  /** Made if need be, for its owner alone. */
  readonly folder: string;
  /** Name of the file that tells who holds the lock. */
  readonly first: string;
  /** What the names of the files begin with that are there for moments. */
  readonly name: string;
  /** What is locked, and who asks, in words. */
  readonly scope: string;
  readonly holder: string;
  /** The lock is renewed every third of it, and lost when that failed for two thirds. */
  readonly ttlMs: number;
  /** How long a holder on another machine may be silent before it is succeeded. At least {@link ttlMs}, its default. */
  readonly silentMs?: number;
  readonly signal: AbortSignal;
  readonly errors: FileLockErrors;
}

/** Makes the errors that callers see. */
export interface FileLockErrors {
  held(by: { readonly holder: string; readonly sinceMs: number | undefined }, silentMs: number): unknown;
  lost(why: string, cause?: unknown): unknown;
}

export interface FileLock {
  /** Aborted when the lock was lost. */
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

/**
 * Takes a lock that lies in files, as `claim.ts` tells it. A holder in our own table of processes is succeeded at once when it
 * is dead, and never before.
 *
 * @throws what {@link FileLockErrors.held} makes; the operating system's errors as they are.
 */
export async function takeFileLock(asked: FileLockAsked): Promise<FileLock> {
  const { folder, name, scope, holder, signal } = asked;
  signal.throwIfAborted();
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const here = await thisProcess();
  const own: Claim = { id: randomUUID(), scope, holder, ...here, startedAtMs: Date.now() };
  const draft = await writeDraft(folder, name, own);
  try {
    await takeOrSucceed(asked, diskFor(asked, own, draft, here));
    return keep(asked, own, draft, await open(firstFile(asked), 'r+'));
  } catch (failure) {
    await removeIfOwn(firstFile(asked), own); // it may have been ours already
    throw failure;
  } finally {
    await removeIfThere(draft.path);
  }
}

async function takeOrSucceed(asked: FileLockAsked, disk: LeaseDisk<FoundClaim>): Promise<void> {
  for (let step: Step<FoundClaim> = firstStep; step.at !== 'held'; step = await advance(step, disk)) {
    if (step.at === 'refused') throw refusal(asked, step.by);
    if (step.at === 'take-first') asked.signal.throwIfAborted();
  }
}

function diskFor(asked: FileLockAsked, own: Claim, draft: Draft, here: ProcessIdentity): LeaseDisk<FoundClaim> {
  const { folder, name } = asked;
  const first = firstFile(asked);
  const nextOf = (id: string): string => join(folder, `${name}.${id}.next`);
  return {
    takeFirst: () => giveName(draft, first),
    readFirst: () => readClaim(first),
    takeNext: (id) => giveName(draft, nextOf(id)),
    readNext: (id) => readClaim(nextOf(id)),
    removeNext: (id) => removeIfThere(nextOf(id)),
    putFirst: () => rename(draft.path, first),
    isDead: async (found) => {
      const fate = await fateOf(found, here);
      return fate === 'dead' || (fate === 'unknown' && draft.madeAtMs - found.beatAtMs > silentMs(asked));
    },
    leftovers: () => leftovers(folder, name, own, draft.madeAtMs - silentMs(asked)),
    removeLeftover: (file) => removeIfThere(join(folder, file)),
  };
}

function firstFile(asked: FileLockAsked): string {
  return join(asked.folder, asked.first);
}

function silentMs(asked: FileLockAsked): number {
  return Math.max(asked.silentMs ?? 0, asked.ttlMs);
}

function refusal(asked: FileLockAsked, by: FoundClaim): unknown {
  const sinceMs = by.startedAtMs === 0 ? undefined : by.startedAtMs;
  return asked.errors.held({ holder: by.holder, sinceMs }, silentMs(asked));
}

function keep(asked: FileLockAsked, own: Claim, draft: Draft, file: FileHandle): FileLock {
  const first = firstFile(asked);
  const bytes = Buffer.from(draft.text);
  const heartbeat = startHeartbeat({
    ttlMs: asked.ttlMs,
    beat: async () => {
      if (!(await isOwn(first, own))) return false;
      await file.write(bytes, 0, bytes.length, 0);
      await file.sync();
      return true;
    },
    reasonOf: (cause) =>
      cause === undefined
        ? asked.errors.lost(`${first} is gone, or somebody else's`)
        : asked.errors.lost(`${first} could not be renewed`, cause),
  });

  async function giveBack(): Promise<void> {
    heartbeat.stop();
    try {
      if (!heartbeat.lost.aborted) await removeIfOwn(first, own);
    } finally {
      await file.close();
    }
  }

  let released: Promise<void> | undefined;
  return {
    lost: heartbeat.lost,
    release() {
      released ??= giveBack();
      return released;
    },
  };
}

async function isOwn(first: string, own: Claim): Promise<boolean> {
  return (await readClaim(first))?.id === own.id;
}

async function removeIfOwn(first: string, own: Claim): Promise<void> {
  if (await isOwn(first, own)) await removeIfThere(first);
}
