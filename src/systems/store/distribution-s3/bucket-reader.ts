import type { ListMultipartUploadsCommandOutput, ListPartsCommandOutput } from '@aws-sdk/client-s3';
import type { BucketReader, ListPage, ListRequest, OpenUpload, Seen, Version } from './bucket.ts';
import { checkedPage } from './checked-page.ts';
import type { Connection } from './connection.ts';
import { failure, isMissing, isNotImplemented, listingWrong, statusOf, walkFailed } from './failures.ts';

export function readerOf(connection: Connection): BucketReader {
  const place = `s3://${connection.bucket}/${connection.prefix}`;
  const ask: Ask = async (doing, signal, request) => {
    signal.throwIfAborted();
    try {
      return await request();
    } catch (thrown) {
      if (isMissing(thrown)) return undefined;
      throw walkFailed(doing, thrown, signal);
    }
  };
  return {
    place,
    list: (request, signal) => listPage(connection, place, request, signal),
    look: (key, signal) => ask(`looking at ${place}${key}`, signal, () => look(connection, key, signal)),
    read: (key, maxBytes, signal) =>
      ask(`reading ${place}${key}`, signal, () => readWhole(connection, place, key, maxBytes, signal)),
    stream: (key, signal) =>
      ask(`reading ${place}${key}`, signal, async () => (await get(connection, key, signal)).Body as never),
    versions: async (key, signal) =>
      (await ask(`listing the versions of ${place}${key}`, signal, () => versionsOf(connection, place, key, signal))) ??
      [],
    openUploads: (prefix, signal) => openUploads(connection, place, prefix, signal),
    uploadedParts: (upload, signal) =>
      ask(`listing the parts of the upload of ${place}${upload.key}`, signal, () =>
        partsOf(connection, upload, signal),
      ),
    hasVersions: (signal) => hasVersions(connection, place, signal),
  };
}

type Ask = <T>(doing: string, signal: AbortSignal, request: () => Promise<T>) => Promise<T | undefined>;

async function listPage(
  { client, sdk, bucket, prefix }: Connection,
  place: string,
  request: ListRequest,
  signal: AbortSignal,
): Promise<ListPage> {
  const command = new sdk.ListObjectsV2Command({
    Bucket: bucket,
    Prefix: prefix + request.prefix,
    ...(request.after === undefined ? {} : { StartAfter: prefix + request.after }),
    ...(request.byFolder === true ? { Delimiter: '/' } : {}),
    ...(request.token === undefined ? {} : { ContinuationToken: request.token }),
    ...(request.maxKeys === undefined ? {} : { MaxKeys: request.maxKeys }),
  });
  const what = `${place}${request.prefix}`;
  try {
    signal.throwIfAborted();
    return checkedPage(await client.send(command, { abortSignal: signal }), prefix, request, what);
  } catch (thrown) {
    throw walkFailed(`listing ${what}`, thrown, signal);
  }
}

async function look({ client, sdk, bucket, prefix }: Connection, key: string, signal: AbortSignal): Promise<Seen> {
  const command = new sdk.HeadObjectCommand({ Bucket: bucket, Key: prefix + key });
  const { ContentLength, LastModified, ETag, VersionId } = await client.send(command, { abortSignal: signal });
  if (ContentLength === undefined || LastModified === undefined)
    throw listingWrong(key, 'the server does not say how long it is, or when it was written');
  return { sizeBytes: ContentLength, atMs: LastModified.getTime(), etag: bare(ETag), versionId: VersionId };
}

function get({ client, sdk, bucket, prefix }: Connection, key: string, signal: AbortSignal) {
  return client.send(new sdk.GetObjectCommand({ Bucket: bucket, Key: prefix + key }), { abortSignal: signal });
}

async function readWhole(
  connection: Connection,
  place: string,
  key: string,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const stop = new AbortController();
  const { Body, ContentLength } = await get(connection, key, AbortSignal.any([signal, stop.signal]));
  const sizeBytes = ContentLength ?? Number.POSITIVE_INFINITY;
  if (sizeBytes > maxBytes || Body === undefined) {
    stop.abort();
    throw failure('STORE_TOO_LARGE', `reading ${place}${key}: it has ${sizeBytes} bytes, and ${maxBytes} are the most`);
  }
  return Body.transformToByteArray();
}

async function versionsOf(
  { client, sdk, bucket, prefix }: Connection,
  place: string,
  key: string,
  signal: AbortSignal,
): Promise<readonly Version[]> {
  const full = prefix + key;
  const command = new sdk.ListObjectVersionsCommand({ Bucket: bucket, Prefix: full });
  const page = await client.send(command, { abortSignal: signal });
  const found = [
    ...(page.Versions ?? []).map((entry) => ({ ...entry, isMarker: false, sizeBytes: entry.Size ?? 0 })),
    ...(page.DeleteMarkers ?? []).map((entry) => ({ ...entry, isMarker: true, sizeBytes: 0 })),
  ].filter((entry) => entry.Key === full);
  // Keys of the layout are no prefix of each other but for what nobody writes, and a page has room for a thousand.
  if (page.IsTruncated === true) throw listingWrong(`the versions of ${place}${key}`, 'there are more than a thousand');
  return found.map(({ VersionId, IsLatest, LastModified, isMarker, sizeBytes }) => {
    if (VersionId === undefined || LastModified === undefined)
      throw listingWrong(`the versions of ${place}${key}`, 'one of them has no name, or no time');
    return { versionId: VersionId, isLatest: IsLatest ?? false, atMs: LastModified.getTime(), isMarker, sizeBytes };
  });
}

async function* openUploads(
  { client, sdk, bucket, prefix }: Connection,
  place: string,
  below: string,
  signal: AbortSignal,
): AsyncGenerator<OpenUpload> {
  const what = `open uploads of ${place}${below}`;
  for (let after: Marker | undefined = {}; after !== undefined; ) {
    const page: ListMultipartUploadsCommandOutput | undefined = await client
      .send(new sdk.ListMultipartUploadsCommand({ Bucket: bucket, Prefix: prefix + below, ...after }), {
        abortSignal: signal,
      })
      .catch((thrown: unknown) => {
        if (isNotImplemented(thrown)) return undefined;
        throw walkFailed(`listing ${what}`, thrown, signal);
      });
    for (const { Key, UploadId, Initiated } of page?.Uploads ?? []) {
      if (Key === undefined || UploadId === undefined || Initiated === undefined || !Key.startsWith(prefix + below))
        throw listingWrong(what, 'an upload without a name, a number or a time, or of another place');
      yield { key: Key.slice(prefix.length), uploadId: UploadId, startedAtMs: Initiated.getTime() };
    }
    after = page?.IsTruncated === true ? nextUploads(page, what) : undefined;
  }
}

interface Marker {
  readonly KeyMarker?: string;
  readonly UploadIdMarker?: string;
}

function nextUploads(page: ListMultipartUploadsCommandOutput, what: string): Marker {
  const { NextKeyMarker, NextUploadIdMarker } = page;
  if (!NextKeyMarker) throw listingWrong(what, 'it is said to go on, but not where');
  return { KeyMarker: NextKeyMarker, ...(NextUploadIdMarker ? { UploadIdMarker: NextUploadIdMarker } : {}) };
}

async function partsOf({ client, sdk, bucket, prefix }: Connection, upload: OpenUpload, signal: AbortSignal) {
  let [sizeBytes, newestAtMs] = [0, upload.startedAtMs];
  for (let after: string | undefined = ''; after !== undefined; ) {
    const page: ListPartsCommandOutput = await client.send(
      new sdk.ListPartsCommand({
        Bucket: bucket,
        Key: prefix + upload.key,
        UploadId: upload.uploadId,
        ...(after === '' ? {} : { PartNumberMarker: after }),
      }),
      { abortSignal: signal },
    );
    for (const { Size = 0, LastModified } of page.Parts ?? []) {
      sizeBytes += Size;
      newestAtMs = Math.max(newestAtMs, LastModified?.getTime() ?? 0);
    }
    after = page.IsTruncated === true && page.NextPartNumberMarker !== after ? page.NextPartNumberMarker : undefined;
  }
  return { sizeBytes, newestAtMs };
}

async function hasVersions({ client, sdk, bucket }: Connection, place: string, signal: AbortSignal): Promise<boolean> {
  try {
    const answer = await client.send(new sdk.GetBucketVersioningCommand({ Bucket: bucket }), { abortSignal: signal });
    return answer.Status === 'Enabled';
  } catch (thrown) {
    // Who may not ask is told that nothing can be brought back, which only makes Winnow refuse.
    if (isNotImplemented(thrown) || (statusOf(thrown) === 403 && (thrown as Error).name === 'AccessDenied'))
      return false;
    if ((thrown as Error).name === 'NoSuchBucket')
      throw failure('STORE_NOT_FOUND', `opening ${place}: there is no bucket of this name`, undefined, thrown);
    throw walkFailed(`asking whether ${place} has versions`, thrown, signal);
  }
}

function bare(etag: string | undefined): string {
  return (etag ?? '').replaceAll('"', '');
}
