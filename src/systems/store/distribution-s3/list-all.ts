import { createLimit, type Limit } from '../../../util/limit.ts';
import type { BucketReader, Listed } from './bucket.ts';

export interface ListAll {
  readonly bucket: BucketReader;
  /** Requests at once. */
  readonly readers: number;
  /** Handed each page. Pages of different parts come in any order, and those of one part in theirs. */
  take(objects: readonly Listed[]): void;
}

/**
 * Lists all keys below a prefix, as flat as can be: a thousand keys a request, and several parts of what is left at once as soon
 * as one page does not hold all.
 *
 * @throws STORE_WALK_FAILED when any page fails or makes no sense; then the others are given up.
 */
export async function listAll({ bucket, readers, take }: ListAll, prefix: string, signal: AbortSignal): Promise<void> {
  const failed = new AbortController();
  const listing: Listing = {
    bucket,
    take,
    limit: createLimit(readers),
    signal: AbortSignal.any([signal, failed.signal]),
  };
  try {
    await listFrom(listing, prefix, undefined);
  } catch (thrown) {
    failed.abort(thrown);
    throw thrown;
  }
}

interface Listing {
  readonly bucket: BucketReader;
  readonly limit: Limit;
  readonly signal: AbortSignal;
  take(objects: readonly Listed[]): void;
}

/** @param after - keys up to this one were listed before */
async function listFrom(listing: Listing, prefix: string, after: string | undefined): Promise<void> {
  const start = { prefix, ...(after === undefined ? {} : { after }) };
  const first = await page(listing, start);
  listing.take(first.objects);
  if (first.next === undefined) return;
  const last = first.objects.at(-1)?.key;
  const parts = last === undefined ? undefined : await partsOf(listing, prefix, last);
  if (parts === undefined || last === undefined) return listOn(listing, start, first.next);
  await Promise.all(parts.map((part) => listFrom(listing, part, last.startsWith(part) ? last : undefined)));
}

async function listOn(listing: Listing, start: { readonly prefix: string; readonly after?: string }, token: string) {
  for (let next: string | undefined = token; next !== undefined; ) {
    const more = await page(listing, { ...start, token: next });
    listing.take(more.objects);
    next = more.next;
  }
}

function page(listing: Listing, request: Parameters<BucketReader['list']>[0]) {
  return listing.limit.run(() => listing.bucket.list(request, listing.signal), listing.signal);
}

const LINKS_BY_DIGEST = /\/(?:_layers|_manifests\/revisions)\/sha256\/$/;
/** Few keys below each name: asking for the names first would cost as much as the keys. */
const NOT_WORTH_IT = /\/(?:_manifests\/tags|_uploads)\/|\/sha256\/[0-9a-f]+\/?$/;

/**
 * The parts in which a prefix is listed on, all that lies after `last`. `undefined`: one after the other.
 * What lies in none of the parts is taken here.
 */
async function partsOf(listing: Listing, prefix: string, last: string): Promise<readonly string[] | undefined> {
  if (LINKS_BY_DIGEST.test(prefix))
    return [...'0123456789abcdef'].map((digit) => prefix + digit).filter((part) => isOpen(part, last));
  if (NOT_WORTH_IT.test(prefix)) return undefined;
  const folders: string[] = [];
  for (let token: string | undefined, isFirst = true; isFirst || token !== undefined; isFirst = false) {
    const found = await page(listing, { prefix, byFolder: true, ...(token === undefined ? {} : { token }) });
    folders.push(...found.folders);
    listing.take(found.objects.filter(({ key }) => key > last));
    token = found.next;
  }
  return folders.filter((part) => isOpen(part, last));
}

function isOpen(part: string, last: string): boolean {
  return part > last || last.startsWith(part);
}
