import { randomUUID } from 'node:crypto';
import { type Digest, isDigest } from '../../../oci/digest.ts';
import type { BucketReader, Listed } from './bucket.ts';
import { failure } from './failures.ts';
import { listAll } from './list-all.ts';
import { eraseOwn, HIDDEN, MAX_OWN_BYTES, writeOwn } from './own-objects.ts';
import { inParallel } from './parallel.ts';
import type { BucketPlace } from './place.ts';

const always = new AbortController().signal;

/** A version of a blob's data that a run put a delete marker over. */
export interface HiddenVersion {
  readonly digest: Digest;
  readonly sizeBytes: number;
  readonly versionId: string;
}

/** What was hidden with one request, as it stands in the bucket. Written before, and once more after it is done. */
export interface HiddenNote {
  readonly key: string;
  readonly runId: string;
  /** Since when at the latest, by the bucket's clock. */
  readonly sinceMs: number;
  readonly versions: readonly HiddenVersion[];
}

export function newNoteKey(runId: string): string {
  return `${HIDDEN}${runId}/${randomUUID()}.json`;
}

/** @param sinceMs - absent: since it is written */
export async function writeNote(
  place: BucketPlace,
  key: string,
  versions: readonly HiddenVersion[],
  sinceMs?: number,
): Promise<void> {
  await writeOwn(place, key, JSON.stringify({ ...(sinceMs === undefined ? {} : { sinceMs }), versions }));
}

/** Notes of all runs, or of one. @throws STORE_WALK_FAILED, STORE_LEDGER_DAMAGED */
export async function readNotes(
  { bucket, readers }: { readonly bucket: BucketReader; readonly readers: number },
  runId: string | undefined,
  signal: AbortSignal,
): Promise<readonly HiddenNote[]> {
  const listed: Listed[] = [];
  const take = (objects: readonly Listed[]) => void listed.push(...objects);
  await listAll({ bucket, readers, take }, runId === undefined ? HIDDEN : `${HIDDEN}${runId}/`, signal);
  const notes: HiddenNote[] = [];
  await inParallel(listed, readers, async ({ key, atMs }) => {
    const bytes = await bucket.read(key, MAX_OWN_BYTES, signal);
    if (bytes === undefined) return; // its last blob was just purged
    const { sinceMs, versions } = parseNote(bucket, key, bytes);
    notes.push({ key, runId: key.slice(HIDDEN.length).split('/')[0] as string, sinceMs: sinceMs ?? atMs, versions });
  });
  return notes;
}

/**
 * Takes versions out of their notes, when they are purged or in their place again. A note may be about blobs of several parts, and those
 * who work on these may be at it as well: each looks at it once more just before, and takes out nothing but its own. Should two write in
 * the same moment, one of them leaves a version in that is over, which is found to be gone when it is asked for next.
 */
export async function dropFromNotes(
  place: BucketPlace,
  notes: readonly HiddenNote[],
  gone: ReadonlySet<HiddenVersion>,
): Promise<void> {
  const goneNames = new Set([...gone].map(nameOf));
  for (const { key, versions, sinceMs } of notes) {
    if (!versions.some((version) => gone.has(version))) continue;
    const bytes = await place.bucket.read(key, MAX_OWN_BYTES, always);
    if (bytes === undefined) continue;
    const there = parseNote(place.bucket, key, bytes).versions;
    const left = there.filter((version) => !goneNames.has(nameOf(version)));
    if (left.length === 0) await eraseOwn(place, key);
    else if (left.length < there.length) await writeNote(place, key, left, sinceMs);
  }
}

function nameOf({ digest, versionId }: HiddenVersion): string {
  return `${digest} ${versionId}`;
}

interface NoteContent {
  readonly sinceMs: number | undefined;
  readonly versions: readonly HiddenVersion[];
}

function parseNote(bucket: BucketReader, key: string, bytes: Uint8Array): NoteContent {
  try {
    const { sinceMs, versions } = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
    const isSince = sinceMs === undefined || typeof sinceMs === 'number';
    if (isSince && Array.isArray(versions) && versions.every(isVersion)) return { sinceMs, versions };
  } catch (thrown) {
    if (!(thrown instanceof SyntaxError)) throw thrown;
  }
  throw failure('STORE_LEDGER_DAMAGED', `reading ${bucket.place}${key}: it is no note of Winnow's`);
}

function isVersion(value: unknown): value is HiddenVersion {
  if (typeof value !== 'object' || value === null) return false;
  const { digest, sizeBytes, versionId } = value as Record<string, unknown>;
  return isDigest(digest) && typeof sizeBytes === 'number' && typeof versionId === 'string';
}
