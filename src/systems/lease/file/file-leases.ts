import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, rename } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Lease, LeaseKeeper } from '../contract.ts';
import { startHeartbeat } from '../heartbeat.ts';
import { DEFAULT_TTL_MS, leaseHeld, leaseLost, leaseUnavailable } from '../refusals.ts';
import {
  type Draft,
  errnoOf,
  type FoundClaim,
  giveName,
  leftovers,
  readClaim,
  removeIfThere,
  writeDraft,
} from './claim-files.ts';
import { type Claim, leaseName, leasesFolder } from './layout.ts';
import { fateOf, type ProcessIdentity, thisProcess } from './process-identity.ts';
import { advance, firstStep, type LeaseDisk, type Step } from './succession.ts';

export interface FileLeaseOptions {
  /** How long a holder on another machine may be silent before its lease is taken over. Default: a minute. */
  readonly ttlMs?: number;
}

/**
 * Leases as files below the state directory: one machine, or several that share the directory.
 * A holder in our own table of processes is succeeded at once when it is dead, and never before.
 */
export function fileLeases(stateDir: string, options: FileLeaseOptions = {}): LeaseKeeper {
  const folder = leasesFolder(resolve(stateDir));
  const ttlMs = options.ttlMs ?? DEFAULT_TTL_MS;
  const held = new Set<Lease>();

  return {
    async acquire(scope, holder, signal) {
      const lease = await coded(`acquiring the lease of ${scope}`, () =>
        acquire({ folder, ttlMs, scope, holder, signal }),
      );
      held.add(lease);
      return { ...lease, release: () => lease.release().finally(() => held.delete(lease)) };
    },
    async close() {
      await Promise.all([...held].map((lease) => lease.release()));
      held.clear();
    },
  };
}

interface Asked {
  readonly folder: string;
  readonly ttlMs: number;
  readonly scope: string;
  readonly holder: string;
  readonly signal: AbortSignal;
}

async function acquire(asked: Asked): Promise<Lease> {
  const { folder, scope, holder, signal } = asked;
  signal.throwIfAborted();
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const here = await thisProcess();
  const own: Claim = { id: randomUUID(), scope, holder, ...here, startedAtMs: Date.now() };
  const draft = await writeDraft(folder, leaseName(scope), own);
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

/** @throws LEASE_HELD */
async function takeOrSucceed(asked: Asked, disk: LeaseDisk<FoundClaim>): Promise<void> {
  for (let step: Step<FoundClaim> = firstStep; step.at !== 'held'; step = await advance(step, disk)) {
    if (step.at === 'refused') throw refusal(asked, step.by);
    if (step.at === 'take-first') asked.signal.throwIfAborted();
  }
}

function diskFor(asked: Asked, own: Claim, draft: Draft, here: ProcessIdentity): LeaseDisk<FoundClaim> {
  const { folder, ttlMs } = asked;
  const name = leaseName(asked.scope);
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
      return fate === 'dead' || (fate === 'unknown' && draft.madeAtMs - found.beatAtMs > ttlMs);
    },
    leftovers: () => leftovers(folder, name, own, draft.madeAtMs - ttlMs),
    removeLeftover: (file) => removeIfThere(join(folder, file)),
  };
}

function firstFile(asked: Asked): string {
  return join(asked.folder, `${leaseName(asked.scope)}.json`);
}

function refusal(asked: Asked, by: FoundClaim): unknown {
  const hint = `Wait until that run has ended, or stop it; if it died on another machine, its lease is free ${Math.ceil(asked.ttlMs / 1000)} s after its last sign of life.`;
  return leaseHeld(
    asked.scope,
    { holder: by.holder, sinceMs: by.startedAtMs === 0 ? undefined : by.startedAtMs },
    hint,
  );
}

function keep(asked: Asked, own: Claim, draft: Draft, file: FileHandle): Lease {
  const { scope, ttlMs } = asked;
  const first = firstFile(asked);
  const bytes = Buffer.from(draft.text);
  const heartbeat = startHeartbeat({
    ttlMs,
    beat: async () => {
      if (!(await isOwn(first, own))) return false;
      await file.write(bytes, 0, bytes.length, 0);
      await file.sync();
      return true;
    },
    reasonOf: (cause) =>
      cause === undefined
        ? leaseLost(scope, `${first} is gone, or somebody else's`)
        : leaseLost(scope, `${first} could not be renewed`, cause),
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
    scope,
    lost: heartbeat.lost,
    release() {
      released ??= coded(`releasing the lease of ${scope}`, giveBack);
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

/** Gives errors of the operating system a code. */
async function coded<Value>(doing: string, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (failure) {
    if (errnoOf(failure) === undefined) throw failure;
    throw leaseUnavailable(doing, failure, 'Make the state directory writable, or name another one.');
  }
}
