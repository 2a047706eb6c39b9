import { type Digest, isDigest } from '../../../oci/digest.ts';
import { rawLines } from '../../../util/raw-lines.ts';
import { ledgerDamaged } from './failures.ts';

/*
 * The ledger: what must outlive a run about blobs whose data is still in its place. One JSON object a line, only appended to:
 *
 *   {"unlinked":["sha256:…", …],"atMs":1770000000000,"runId":"…"}     all links to these are gone since then
 *   {"forgotten":["sha256:…", …]}                                      what was said of these before holds no more
 *
 * The last line may be torn, by a full disk or a crash: nobody was told that it was written.
 */

/** Since when all links to a blob are gone. */
export interface Unlinked {
  readonly runId: string;
  readonly atMs: number;
}

export interface LedgerContents {
  /** What holds now. */
  readonly unlinked: Map<Digest, Unlinked>;
  /** Of which the last word is that nothing holds any more. */
  readonly forgotten: ReadonlySet<Digest>;
  /** Digests that the file's lines name, also those that hold no more. */
  readonly namedCount: number;
  /** Where the last whole line ends. */
  readonly wholeBytes: number;
}

/** So long that a million blobs take a thousand lines, so short that a line is read at once. */
const DIGESTS_PER_LINE = 1000;

export function unlinkedLines(digests: readonly Digest[], { runId, atMs }: Unlinked): string {
  return inLines(digests, (unlinked) => ({ unlinked, atMs, runId }));
}

export function forgottenLines(digests: readonly Digest[]): string {
  return inLines(digests, (forgotten) => ({ forgotten }));
}

/** @throws STORE_LEDGER_DAMAGED at a broken line that others follow; the operating system's errors as they are */
export async function readLedger(path: string): Promise<LedgerContents> {
  const unlinked = new Map<Digest, Unlinked>();
  const forgotten = new Set<Digest>();
  let [namedCount, wholeBytes, number, broken] = [0, 0, 0, false];
  for await (const { bytes, ended } of rawLines(path)) {
    if (broken) throw ledgerDamaged(path, number);
    number += 1;
    const line = ended ? parseLine(bytes.toString('utf8')) : undefined;
    broken = line === undefined;
    if (line === undefined) continue;
    namedCount += line.digests.length;
    wholeBytes += bytes.length;
    for (const digest of line.digests)
      if (line.since === undefined) {
        unlinked.delete(digest);
        forgotten.add(digest);
      } else {
        unlinked.set(digest, line.since);
        forgotten.delete(digest);
      }
  }
  return { unlinked, forgotten, namedCount, wholeBytes };
}

function parseLine(
  text: string,
): { readonly digests: readonly Digest[]; readonly since: Unlinked | undefined } | undefined {
  const value = parse(text);
  if (typeof value !== 'object' || value === null) return undefined;
  const { unlinked, forgotten, atMs, runId } = value as Record<string, unknown>;
  if (isDigests(forgotten)) return { digests: forgotten, since: undefined };
  if (!isDigests(unlinked) || typeof atMs !== 'number' || typeof runId !== 'string') return undefined;
  return { digests: unlinked, since: { runId, atMs } };
}

function isDigests(value: unknown): value is readonly Digest[] {
  return Array.isArray(value) && value.every(isDigest);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (failure) {
    if (failure instanceof SyntaxError) return undefined;
    throw failure;
  }
}

function inLines(digests: readonly Digest[], lineOf: (digests: readonly Digest[]) => object): string {
  let text = '';
  for (let at = 0; at < digests.length; at += DIGESTS_PER_LINE)
    text += `${JSON.stringify(lineOf(digests.slice(at, at + DIGESTS_PER_LINE)))}\n`;
  return text;
}
