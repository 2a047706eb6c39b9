import type { ListObjectsV2CommandOutput } from '@aws-sdk/client-s3';
import type { Listed, ListPage, ListRequest } from './bucket.ts';
import { listingWrong } from './failures.ts';

/**
 * A page of a listing that makes sense: all keys below the prefix, in order, none before where it was to begin, each with length and
 * time, as many as it says, and if it goes on, where. Servers that list wrongly made other collectors delete what was in use.
 *
 * @param storePrefix - in front of all keys of the store; it is taken off.
 * @throws STORE_WALK_FAILED
 */
export function checkedPage(
  page: ListObjectsV2CommandOutput,
  storePrefix: string,
  request: ListRequest,
  what: string,
): ListPage {
  const full = storePrefix + request.prefix;
  const objects = (page.Contents ?? []).map((entry): Listed => {
    const { Key, Size, LastModified, ETag } = entry;
    if (Key === undefined || Size === undefined || LastModified === undefined)
      throw listingWrong(what, `an object without a key, a length or a time (${Key ?? 'no key'})`);
    if (!Key.startsWith(full)) throw listingWrong(what, `${Key} lies elsewhere`);
    const etag = (ETag ?? '').replaceAll('"', '');
    return { key: Key.slice(storePrefix.length), sizeBytes: Size, atMs: LastModified.getTime(), etag };
  });
  const folders = (page.CommonPrefixes ?? []).map(({ Prefix }) => {
    if (Prefix === undefined || !Prefix.startsWith(full))
      throw listingWrong(what, `${Prefix ?? 'a folder'} lies elsewhere`);
    return Prefix.slice(storePrefix.length);
  });
  if (page.KeyCount !== undefined && page.KeyCount !== objects.length + folders.length)
    throw listingWrong(what, `it has ${objects.length + folders.length} entries and says ${page.KeyCount}`);
  requireOrder(objects, request, what);
  return { objects, folders, next: whereNext(page, request, what) };
}

function requireOrder(objects: readonly Listed[], request: ListRequest, what: string): void {
  let before = request.after ?? '';
  for (const { key } of objects) {
    if (before !== '' && !isAfter(key, before))
      throw listingWrong(what, `${key} comes after ${before}: keys are not in order, or told twice`);
    before = key;
  }
}

/** S3 orders keys by their bytes in UTF-8; for ASCII, which is all that a registry writes, that is the order of JavaScript. */
function isAfter(key: string, before: string): boolean {
  if (ASCII.test(key) && ASCII.test(before)) return key > before;
  return Buffer.compare(Buffer.from(key), Buffer.from(before)) > 0;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant
const ASCII = /^[\x00-\x7f]*$/;

function whereNext(page: ListObjectsV2CommandOutput, request: ListRequest, what: string): string | undefined {
  if (page.IsTruncated !== true) return undefined;
  const next = page.NextContinuationToken;
  if (next === undefined || next === '') throw listingWrong(what, 'it is said to go on, but not where');
  if (next === request.token) throw listingWrong(what, 'it goes on where it just was');
  return next;
}
