import type { BucketWriter, Named, OpenUpload } from './bucket.ts';
import type { Connection } from './connection.ts';
import { failure, failureWords, isMissing, isNotImplemented, notWritable, statusOf } from './failures.ts';

/** Keys in one DeleteObjects. */
const MOST_AT_ONCE = 1000;
/** Above this an object is copied in parts. https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html */
const MOST_COPIED_BYTES = 5 * 1024 ** 3;
const PART_BYTES = 1024 ** 3;
/** Refusals that a message names; the others are counted. */
const NAMED_REFUSALS = 3;

export function writerOf(connection: Connection): BucketWriter {
  const { client, sdk, bucket, prefix } = connection;
  const place = `s3://${bucket}/${prefix}`;
  return {
    write: async (key, content) => {
      try {
        const answer = await client.send(
          new sdk.PutObjectCommand({
            Bucket: bucket,
            Key: prefix + key,
            Body: content,
            ContentLength: Buffer.byteLength(content),
          }),
        );
        return answer.VersionId;
      } catch (thrown) {
        throw notWritable(`writing ${place}${key}`, thrown);
      }
    },
    remove: (target) => removeOne(connection, place, target),
    removeMany: async (targets) => {
      const refused: string[] = [];
      for (let at = 0; at < targets.length; at += MOST_AT_ONCE)
        refused.push(...(await removeBatch(connection, place, targets.slice(at, at + MOST_AT_ONCE))));
      if (refused.length > 0) throw someRefused(place, refused);
    },
    copy: (from, to, sizeBytes) => copy(connection, place, from, to, sizeBytes),
    abortUpload: (upload) => abortUpload(connection, place, upload),
  };
}

async function removeOne(
  { client, sdk, bucket, prefix }: Connection,
  place: string,
  { key, versionId }: Named,
): Promise<void> {
  const version = versionId === undefined ? {} : { VersionId: versionId };
  try {
    await client.send(new sdk.DeleteObjectCommand({ Bucket: bucket, Key: prefix + key, ...version }));
  } catch (thrown) {
    if (!isMissing(thrown)) throw notWritable(`removing ${place}${key}`, thrown);
  }
}

/**
 * The answer to a batch is 200 even where nothing was deleted: each key's own error counts. A key that it does not mention
 * was not deleted for sure, nor kept: it counts as refused, too.
 */
async function removeBatch(
  connection: Connection,
  place: string,
  targets: readonly Named[],
): Promise<readonly string[]> {
  const { client, sdk, bucket, prefix } = connection;
  const Objects = targets.map(({ key, versionId }) => {
    return { Key: prefix + key, ...(versionId === undefined ? {} : { VersionId: versionId }) };
  });
  try {
    const answer = await client.send(new sdk.DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects } }));
    const gone = new Set((answer.Deleted ?? []).map(({ Key }) => Key));
    const errors = new Map((answer.Errors ?? []).map((error) => [error.Key, error]));
    return Objects.filter(({ Key }) => {
      const code = errors.get(Key)?.Code;
      return code === undefined ? !gone.has(Key) : code !== 'NoSuchKey' && code !== 'NoSuchVersion';
    }).map(({ Key }) => {
      const error = errors.get(Key);
      return `${Key.slice(prefix.length)}: ${error === undefined ? 'not mentioned in the answer' : `${error.Code} ${error.Message ?? ''}`}`;
    });
  } catch (thrown) {
    if (!isNotImplemented(thrown) && statusOf(thrown) !== 400)
      throw notWritable(`removing ${targets.length} objects of ${place}`, thrown);
    return await removeSingly(connection, place, targets); // a server that does not take batches
  }
}

async function removeSingly(
  connection: Connection,
  place: string,
  targets: readonly Named[],
): Promise<readonly string[]> {
  const refused: string[] = [];
  const queue = targets.values();
  await Promise.all(
    Array.from({ length: 16 }, async () => {
      for (const target of queue)
        await removeOne(connection, place, target).catch((thrown) =>
          refused.push(`${target.key}: ${failureWords(thrown)}`),
        );
    }),
  );
  return refused;
}

function someRefused(place: string, refused: readonly string[]) {
  const more = refused.length > NAMED_REFUSALS ? `; and ${refused.length - NAMED_REFUSALS} more` : '';
  const named = refused.slice(0, NAMED_REFUSALS).join('; ');
  return failure(
    'STORE_NOT_WRITABLE',
    `removing objects of ${place}: ${refused.length} were refused: ${named}${more}`,
    'Check the permission to delete, and locks on objects: docs/stores/s3.md has the list.',
  );
}

async function copy(connection: Connection, place: string, from: Named, to: string, sizeBytes: number): Promise<void> {
  const { client, sdk, bucket, prefix } = connection;
  const version = from.versionId === undefined ? '' : `?versionId=${encodeURIComponent(from.versionId)}`;
  const source = `${bucket}/${encodeURI(prefix + from.key)}${version}`;
  try {
    if (sizeBytes > MOST_COPIED_BYTES) return await copyInParts(connection, source, to, sizeBytes);
    await client.send(new sdk.CopyObjectCommand({ Bucket: bucket, Key: prefix + to, CopySource: source }));
  } catch (thrown) {
    throw notWritable(`copying ${place}${from.key} to ${to}`, thrown);
  }
}

async function copyInParts(
  { client, sdk, bucket, prefix }: Connection,
  source: string,
  to: string,
  sizeBytes: number,
): Promise<void> {
  const target = { Bucket: bucket, Key: prefix + to };
  const { UploadId } = await client.send(new sdk.CreateMultipartUploadCommand(target));
  try {
    const parts: { readonly PartNumber: number; readonly ETag: string | undefined }[] = [];
    for (let from = 0; from < sizeBytes; from += PART_BYTES) {
      const PartNumber = parts.length + 1;
      const range = {
        CopySource: source,
        CopySourceRange: `bytes=${from}-${Math.min(from + PART_BYTES, sizeBytes) - 1}`,
      };
      const answer = await client.send(new sdk.UploadPartCopyCommand({ ...target, UploadId, PartNumber, ...range }));
      parts.push({ PartNumber, ETag: answer.CopyPartResult?.ETag });
    }
    const MultipartUpload = { Parts: parts };
    await client.send(new sdk.CompleteMultipartUploadCommand({ ...target, UploadId, MultipartUpload }));
  } catch (thrown) {
    await client.send(new sdk.AbortMultipartUploadCommand({ ...target, UploadId }));
    throw thrown;
  }
}

async function abortUpload(
  { client, sdk, bucket, prefix }: Connection,
  place: string,
  upload: OpenUpload,
): Promise<void> {
  const { key, uploadId } = upload;
  try {
    await client.send(new sdk.AbortMultipartUploadCommand({ Bucket: bucket, Key: prefix + key, UploadId: uploadId }));
  } catch (thrown) {
    if (!isMissing(thrown)) throw notWritable(`aborting the upload of ${place}${key}`, thrown);
  }
}
