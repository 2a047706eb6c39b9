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
  readClaim,
  removeIfThere,
  sweepLeftovers,
  writeDraft,
} from './claim-files.ts';
import { type Claim, leaseName, leasesFolder } from './layout.ts';
import { fateOf, type ProcessIdentity, thisProcess } from './process-identity.ts';

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
  const name = leaseName(scope);
  const head = join(folder, `${name}.json`);
  const draft = await writeDraft(folder, name, own);
  try {
    while (!(await giveName(draft, head)) && !(await succeed(asked, head, draft, here))) signal.throwIfAborted();
    return await hold(asked, head, own, draft);
  } finally {
    await removeIfThere(draft.path);
  }
}

/** Step 2 of `layout.ts`. @returns false when somebody was faster: look again. @throws LEASE_HELD */
async function succeed(asked: Asked, head: string, draft: Draft, here: ProcessIdentity): Promise<boolean> {
  const first = await readClaim(head);
  for (let last = first; last !== undefined; ) {
    await requireDead(asked, last, draft, here);
    const next = join(asked.folder, `${leaseName(asked.scope)}.${last.claim.id}.next`);
    if (await giveName(draft, next)) return await putFirst(head, first, draft, next);
    last = await readClaim(next);
  }
  return false;
}

/** Step 3 of `layout.ts`. */
async function putFirst(head: string, first: FoundClaim | undefined, draft: Draft, next: string): Promise<boolean> {
  const now = await readClaim(head);
  if (now !== undefined && now.claim.id === first?.claim.id) {
    await rename(draft.path, head);
    return true;
  }
  await removeIfThere(next);
  return false;
}

async function requireDead(asked: Asked, found: FoundClaim, draft: Draft, here: ProcessIdentity): Promise<void> {
  const { claim, beatAtMs } = found;
  const fate = await fateOf(claim, here);
  if (fate === 'dead') return;
  const silentMs = draft.madeAtMs - beatAtMs;
  if (fate === 'unknown' && silentMs > asked.ttlMs) return;
  const by = { holder: claim.holder, sinceMs: claim.startedAtMs === 0 ? undefined : claim.startedAtMs };
  throw leaseHeld(asked.scope, by, fate === 'unknown' ? elsewhere(asked.ttlMs) : undefined);
}

function elsewhere(ttlMs: number): string {
  return `Wait until that run has ended, or stop it; should it be dead, its lease is free ${Math.ceil(ttlMs / 1000)} s after its last sign of life.`;
}

/** Step 4 of `layout.ts`, and the signs of life. The lease is ours already: what fails here gives it back. */
async function hold(asked: Asked, head: string, own: Claim, draft: Draft): Promise<Lease> {
  try {
    await sweepLeftovers(asked.folder, leaseName(asked.scope), own, draft.madeAtMs - asked.ttlMs);
    return keep(asked, head, own, draft, await open(head, 'r+'));
  } catch (failure) {
    await removeIfOwn(head, own);
    throw failure;
  }
}

function keep(asked: Asked, head: string, own: Claim, draft: Draft, file: FileHandle): Lease {
  const { scope, ttlMs } = asked;
  const bytes = Buffer.from(draft.text);
  const heartbeat = startHeartbeat({
    ttlMs,
    beat: async () => {
      if (!(await isOwn(head, own))) return false;
      await file.write(bytes, 0, bytes.length, 0);
      await file.sync();
      return true;
    },
    reasonOf: (cause) =>
      cause === undefined
        ? leaseLost(scope, `${head} is gone, or somebody else's`)
        : leaseLost(scope, `${head} could not be renewed`, cause),
  });

  async function giveBack(): Promise<void> {
    heartbeat.stop();
    try {
      if (!heartbeat.lost.aborted) await removeIfOwn(head, own);
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

async function isOwn(head: string, own: Claim): Promise<boolean> {
  return (await readClaim(head))?.claim.id === own.id;
}

async function removeIfOwn(head: string, own: Claim): Promise<void> {
  if (await isOwn(head, own)) await removeIfThere(head);
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
