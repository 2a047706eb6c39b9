import { constants, readdirSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Digest } from '../../../oci/digest.ts';
import { errnoOf } from '../../../util/pure/system-failure.ts';
import type { StorePart } from '../contract.ts';
import { replaceFile, syncFolders, unlinkIfThere } from './durable.ts';
import { notReadable, notWritable } from './failures.ts';
import { fileIfThere, groundOf } from './ground.ts';
import { forgottenLines, type LedgerContents, readLedger, type Unlinked, unlinkedLines } from './ledger-lines.ts';
import { ledgerPath, partLedgerPath, partsAmong, winnowFolder } from './winnow-folder.ts';

/** Which blobs have no links any more, and since when. Each call is on disk when it resolves; calls that come together share a sync. */
export interface Ledger {
  noteUnlinked(digests: readonly Digest[], since: Unlinked): Promise<void>;
  /** Digests that were never noted cost nothing. */
  forget(digests: readonly Digest[]): Promise<void>;
}

interface Entry {
  readonly digests: readonly Digest[];
  /** Absent: forgotten. */
  readonly since?: Unlinked;
}

interface Waiting {
  readonly entry: Entry;
  readonly resolve: () => void;
  readonly reject: (failure: unknown) => void;
}

/**
 * What the ledger says now: that of the whole, and what those say that worked on parts since. (Those first: they may be taken over.)
 * @throws STORE_LEDGER_DAMAGED, STORE_WALK_FAILED
 */
export async function unlinkedBlobs(root: string): Promise<Map<Digest, Unlinked>> {
  const parts: LedgerContents[] = [];
  for (const part of partsAmong(namesIn(winnowFolder(root)), 'ledger'))
    parts.push(await contentsOf(partLedgerPath(root, part)));
  const { unlinked } = await contentsOf(ledgerPath(root));
  for (const part of parts) {
    for (const digest of part.forgotten) unlinked.delete(digest);
    for (const [digest, since] of part.unlinked) unlinked.set(digest, since);
  }
  return unlinked;
}

/**
 * Takes what is said of parts over into the ledger of the whole. The caller holds the lock on all, and nobody works on a part.
 * @throws STORE_NOT_WRITABLE, STORE_LEDGER_DAMAGED
 */
export async function foldLedgers(root: string): Promise<void> {
  const parts = partsAmong(namesIn(winnowFolder(root)), 'ledger');
  if (parts.length === 0) return;
  rewrite(ledgerPath(root), await unlinkedBlobs(root));
  // Should it die here, they are taken over once more, which changes nothing.
  for (const part of parts) unlinkIfThere(partLedgerPath(root, part));
}

/**
 * Opens nothing yet. While one of its functions is at work, the lock on the store is held: nobody else writes to the file.
 * After a failed write the next one begins with what is there. Should a crash take a note back, its blobs wait once more: no harm.
 *
 * @param partNow - the part that is locked, which has a file of its own; absent: the whole
 * @throws from its functions: STORE_NOT_WRITABLE, STORE_LEDGER_DAMAGED
 */
export function openLedger(root: string, partNow: () => StorePart | undefined = () => undefined): Ledger {
  let waiting: Waiting[] = [];
  let isWriting = false;
  let known: LedgerContents | undefined;
  let stamp: string | undefined;

  function put(entry: Entry): Promise<void> {
    return new Promise((resolve, reject) => {
      waiting.push({ entry, resolve, reject });
      if (!isWriting) void writeAll();
    });
  }

  async function writeAll(): Promise<void> {
    isWriting = true;
    await undefined; // lets everything that is said in the same turn join the first write
    while (waiting.length > 0) {
      const group = waiting;
      waiting = [];
      try {
        const part = partNow();
        const path = part === undefined ? ledgerPath(root) : partLedgerPath(root, part);
        if (known === undefined || stamp !== stampOf(path)) known = await toAppendTo(root, path);
        known = await write(path, known, group, part === undefined);
        stamp = stampOf(path);
        for (const item of group) item.resolve();
      } catch (failure) {
        known = undefined; // read again: what is on disk now is all that counts
        for (const item of group) item.reject(failure);
      }
    }
    isWriting = false;
  }

  return {
    noteUnlinked: (digests, since) => put({ digests, since }),
    forget: (digests) => put({ digests }),
  };
}

/** Changes whenever somebody else wrote to the file, between two locks of a process that lives long. */
function stampOf(path: string): string {
  const stat = fileIfThere(path);
  return `${path} ${stat === undefined ? '' : `${stat.ino} ${stat.size}`}`;
}

async function write(
  path: string,
  known: LedgerContents,
  group: readonly Waiting[],
  isWhole: boolean,
): Promise<LedgerContents> {
  const { text, namedCount } = said(
    known.unlinked,
    group.map(({ entry }) => entry),
  );
  if (text === '') return known;
  const after = { ...known, namedCount: known.namedCount + namedCount };
  if (isWhole && isMostlyDead(after)) return rewrite(path, after.unlinked);
  await append(path, text);
  return after;
}

/** Changes what holds, and gives the lines that say so. */
function said(unlinked: Map<Digest, Unlinked>, entries: readonly Entry[]) {
  let [text, namedCount] = ['', 0];
  for (const { digests, since } of entries) {
    const named = since === undefined ? digests.filter((digest) => unlinked.delete(digest)) : digests;
    if (since !== undefined) for (const digest of digests) unlinked.set(digest, since);
    text += since === undefined ? forgottenLines(named) : unlinkedLines(named, since);
    namedCount += named.length;
  }
  return { text, namedCount };
}

const FEW = 10_000;

function isMostlyDead({ unlinked, namedCount }: LedgerContents): boolean {
  return namedCount > FEW && namedCount > unlinked.size * 4;
}

/** Writes anew what holds, and nothing else. */
function rewrite(path: string, unlinked: Map<Digest, Unlinked>): LedgerContents {
  const bySince = new Map<Unlinked, Digest[]>();
  for (const [digest, since] of unlinked) {
    const same = bySince.get(since);
    if (same === undefined) bySince.set(since, [digest]);
    else same.push(digest);
  }
  const text = [...bySince].map(([since, digests]) => unlinkedLines(digests, since)).join('');
  replaceFile(path, `${path}.draft`, Buffer.from(text));
  return { unlinked, forgotten: new Set(), namedCount: unlinked.size, wholeBytes: Buffer.byteLength(text) };
}

async function append(path: string, text: string): Promise<void> {
  try {
    const file = await open(path, constants.O_WRONLY | constants.O_APPEND | constants.O_NOFOLLOW);
    try {
      await file.appendFile(text);
      await file.datasync();
    } finally {
      await file.close();
    }
  } catch (failure) {
    throw notWritable('writing', path, failure);
  }
}

/** Makes the file where there is none, and cuts off a torn last line: what is appended must stand on a line of its own. */
async function toAppendTo(root: string, path: string): Promise<LedgerContents> {
  groundOf(root).make(dirname(path));
  fileIfThere(path);
  const contents = await contentsOf(path);
  try {
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_NOFOLLOW;
    const file = await open(path, flags, 0o666);
    try {
      if ((await file.stat()).size > contents.wholeBytes) await file.truncate(contents.wholeBytes);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (failure) {
    throw notWritable('writing', path, failure);
  }
  syncFolders([dirname(path)]);
  return { ...contents, unlinked: await unlinkedBlobs(root) };
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (failure) {
    if (errnoOf(failure) === 'ENOENT') return [];
    throw notReadable('listing', folder, failure);
  }
}

async function contentsOf(path: string): Promise<LedgerContents> {
  try {
    return await readLedger(path);
  } catch (failure) {
    if (errnoOf(failure) === 'ENOENT') return nothing();
    throw notReadable('reading', path, failure);
  }
}

function nothing(): LedgerContents {
  return { unlinked: new Map(), forgotten: new Set(), namedCount: 0, wholeBytes: 0 };
}
