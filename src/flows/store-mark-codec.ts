import { type HardPruneErrorCode, hardPruneErrors } from '../apply/store/errors.ts';
import type { Digest } from '../oci/digest.ts';
import { CodedError } from '../util/pure/coded-error.ts';
import { runningSha256 } from '../util/pure/hash.ts';
import type { MarkedBlobs, MarkedLeftover, MarkPart, StoreMark, StoreMarkHeader } from './store-mark.ts';

/*
 * A mark is JSON Lines. Digests are 32 bytes each, one behind the other, in base64:
 *
 *   {"winnow":"mark/v1","store":…,"madeAtMs":…, …}                          the header
 *   {"prefix":"00","needed":"…","unneeded":"…","missing":"…","links":{…}}    256 lines, one for each first byte
 *   {"leftover":{"kind":…,"scope":…,"key":…,"sizeBytes":…,"pushedAtMs":…}}    one line each
 *   {"end":{"lines":…,"sha256":"…"}}                                        how many, and the hash of all lines before
 *
 * Who works on a part hashes all lines and reads those of its part.
 */
const DIGEST_BYTES = 32;

/** The lines of a mark, each with its line feed. */
export function* encodeMark({ header, blobs, leftovers }: StoreMark): Generator<string> {
  const hash = runningSha256();
  let lines = 0;
  const line = (value: unknown) => {
    const text = `${JSON.stringify(value)}\n`;
    hash.update(text);
    lines += 1;
    return text;
  };
  yield line(header);
  for (const { prefix, needed, unneeded, missing, links } of blobs)
    yield line({ prefix, needed: pack(needed), unneeded: pack(unneeded), missing: pack(missing), links });
  for (const leftover of leftovers) yield line({ leftover });
  yield `${JSON.stringify({ end: { lines, sha256: hash.hex() } })}\n`;
}

/**
 * Reads a part of a mark.
 *
 * @param lines - of the file, without line feeds
 * @param isWanted - whether blobs that begin with a byte are of the part
 * @throws HARD_PRUNE_MARK_DAMAGED
 */
export async function decodeMark(
  lines: AsyncIterable<string>,
  isWanted: (firstByte: number) => boolean,
): Promise<MarkPart> {
  const hash = runningSha256();
  const blobs: MarkedBlobs[] = [];
  const leftovers: MarkedLeftover[] = [];
  let header: StoreMarkHeader | undefined;
  let count = 0;
  let isWhole = false;
  for await (const text of lines) {
    if (isWhole) throw damaged('there is more behind its end');
    if (text.startsWith('{"end":')) {
      const { lines: expected, sha256 } = (parse(text)['end'] ?? {}) as Record<string, unknown>;
      if (expected !== count || sha256 !== hash.hex()) throw damaged('its checksum does not fit');
      isWhole = true;
      continue;
    }
    hash.update(`${text}\n`);
    count += 1;
    if (header === undefined) header = headerOf(parse(text));
    else if (text.startsWith('{"leftover":')) leftovers.push(parse(text)['leftover'] as MarkedLeftover);
    else if (isWanted(firstByteOf(text))) blobs.push(blobsOf(parse(text)));
  }
  if (header === undefined || !isWhole) throw damaged('it is cut short');
  return { header, blobs, leftovers };
}

const PREFIX_AT = '{"prefix":"'.length;

function firstByteOf(line: string): number {
  const byte = Number.parseInt(line.slice(PREFIX_AT, PREFIX_AT + 2), 16);
  if (Number.isNaN(byte)) throw damaged('it has a line that says nothing');
  return byte;
}

function headerOf(value: Readonly<Record<string, unknown>>): StoreMarkHeader {
  const { winnow, store, madeAtMs, aheadMs, expiresAtMs, counts, gaps, broken } = value;
  if (winnow !== 'mark/v1') throw damaged('its first line is not that of a mark that this Winnow reads');
  const isWhole =
    typeof store === 'string' && typeof madeAtMs === 'number' && typeof expiresAtMs === 'number' && isObject(counts);
  if (!isWhole || !Array.isArray(gaps) || !Array.isArray(broken)) throw damaged('its first line lacks something');
  if (aheadMs !== undefined && !Number.isSafeInteger(aheadMs))
    throw damaged('what it says of the storage’s own time is no number of milliseconds');
  return value as unknown as StoreMarkHeader;
}

function blobsOf({ prefix, needed, unneeded, missing, links }: Readonly<Record<string, unknown>>): MarkedBlobs {
  return {
    prefix: String(prefix),
    needed: unpack(needed),
    unneeded: unpack(unneeded),
    missing: unpack(missing),
    links: links as MarkedBlobs['links'],
  };
}

function pack(digests: readonly Digest[]): string {
  const bytes = Buffer.alloc(digests.length * DIGEST_BYTES);
  digests.forEach((digest, n) => {
    bytes.write(digest.slice(-2 * DIGEST_BYTES), n * DIGEST_BYTES, 'hex');
  });
  return bytes.toString('base64');
}

function unpack(text: unknown): readonly Digest[] {
  if (typeof text !== 'string') throw damaged('it has a line without digests');
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length % DIGEST_BYTES !== 0) throw damaged('a digest in it is cut short');
  const digests: Digest[] = [];
  for (let at = 0; at < bytes.length; at += DIGEST_BYTES)
    digests.push(`sha256:${bytes.toString('hex', at, at + DIGEST_BYTES)}` as Digest);
  return digests;
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch {
    // Told below: a torn line and a foreign one are the same to the reader.
  }
  throw damaged('it has a line that is no JSON object');
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @throws HARD_PRUNE_MARK_OTHER_STORE, HARD_PRUNE_MARK_OLD */
export function assertMarkFits({ store, expiresAtMs }: StoreMarkHeader, storeName: string, nowMs: number): void {
  if (store !== storeName) throw refusal('HARD_PRUNE_MARK_OTHER_STORE', `it is of ${store}, not of ${storeName}`);
  if (nowMs > expiresAtMs)
    throw refusal('HARD_PRUNE_MARK_OLD', `nobody takes it since ${new Date(expiresAtMs).toISOString()}`);
}

function damaged(why: string): CodedError {
  return refusal('HARD_PRUNE_MARK_DAMAGED', why);
}

function refusal(code: Extract<HardPruneErrorCode, `HARD_PRUNE_MARK_${string}`>, why: string): CodedError {
  return new CodedError(code, `reading the mark: ${why}`, { hint: hardPruneErrors[code].hint });
}
