import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { type Digest, isDigest } from '../../../oci/digest.ts';
import type { PendingBlob } from '../contract.ts';
import { newBreath } from './breath.ts';
import { type DiskPlace, diskPlace, listFolder, readSmallFile, statFile } from './careful-read.ts';
import { notReadable } from './failures.ts';
import { writtenAtMs } from './ground.ts';
import { unlinkedBlobs } from './ledger.ts';
import type { Unlinked } from './ledger-lines.ts';
import type { OnDiskPlace } from './on-disk-place.ts';
import { quarantineFolder, runQuarantineFolder, sinceNotePath, winnowFolder } from './winnow-folder.ts';

/**
 * All blobs on their way out. One that is hidden is told as such, and as unlinked too when its data came back and all its links went
 * since. One that several runs hid, because it came back in between, is told once for each.
 *
 * @throws STORE_WALK_FAILED, STORE_LEDGER_DAMAGED
 */
export async function* pendingBlobs({ root }: OnDiskPlace, signal: AbortSignal): AsyncGenerator<PendingBlob> {
  const disk = diskPlace(root);
  const unlinked =
    listFolder(disk, winnowFolder(root)) === undefined ? new Map<Digest, Unlinked>() : await unlinkedBlobs(root);
  const breath = newBreath();
  for (const blob of hiddenBlobs(disk)) {
    const since = unlinked.get(blob.digest);
    if (since !== undefined && since.atMs <= blob.sinceMs) unlinked.delete(blob.digest);
    yield blob;
    if (breath.isDue()) await breath.take();
    signal.throwIfAborted();
  }
  for (const [digest, { runId, atMs }] of unlinked) {
    signal.throwIfAborted();
    yield { digest, state: 'unlinked', runId, sinceMs: atMs, sizeBytes: 0 };
  }
}

/** Names that are none of ours are passed over: nothing there can keep a blob in use. */
function* hiddenBlobs(disk: DiskPlace): Generator<PendingBlob> {
  const { root } = disk;
  for (const runId of foldersIn(disk, quarantineFolder(root))) {
    const sha = join(runQuarantineFolder(root, runId), 'sha256');
    const prefixes = foldersIn(disk, sha);
    const sinceMs = prefixes.length === 0 ? undefined : sinceOf(disk, runId);
    if (sinceMs === undefined) continue; // nothing there, or just purged
    for (const prefix of prefixes)
      for (const { name: hex } of listFolder(disk, join(sha, prefix)) ?? []) {
        const digest: Digest = `sha256:${hex}`;
        if (!isDigest(digest) || !hex.startsWith(prefix)) continue;
        const stat = statFile(disk, join(sha, prefix, hex));
        if (stat !== undefined) yield { digest, state: 'hidden', runId, sinceMs, sizeBytes: stat.size };
      }
  }
}

/** The later of what the note says and when it was put there: a copy of the storage keeps the first, a hand-made folder has only the second. */
function sinceOf(disk: DiskPlace, runId: string): number | undefined {
  const madeAtMs = madeAt(runQuarantineFolder(disk.root, runId));
  if (madeAtMs === undefined) return undefined;
  const note = readSmallFile(disk, sinceNotePath(disk.root, runId), 64);
  const noted = note === undefined ? Number.NaN : Number(Buffer.from(note).toString('latin1').trim() || Number.NaN);
  return Number.isFinite(noted) ? Math.max(noted, madeAtMs) : madeAtMs;
}

function foldersIn(disk: DiskPlace, folder: string): readonly string[] {
  return (listFolder(disk, folder) ?? []).filter((entry) => !entry.isFile()).map(({ name }) => name);
}

function madeAt(folder: string): number | undefined {
  try {
    const stat = lstatSync(folder, { throwIfNoEntry: false });
    return stat === undefined ? undefined : writtenAtMs(stat);
  } catch (failure) {
    throw notReadable('looking at', folder, failure);
  }
}
