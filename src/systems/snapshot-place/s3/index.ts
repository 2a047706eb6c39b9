import { isMissingObject, openS3Client, s3FailureWords } from '../../../util/s3-client.ts';
import { formatPlace, type ObjectAddress } from '../address.ts';
import type { SnapshotPlace } from '../contract.ts';
import { placeError, placeFailure } from '../errors.ts';
import { gzipped, isGzipName, joined, unpacked } from '../packing.ts';

/** An object in a bucket, written by one PUT: the lines as they are, or with gzip where its key ends with `.gz`. */
export async function s3Place(address: ObjectAddress): Promise<SnapshotPlace> {
  const { sdk, client } = await openS3Client(address);
  const shown = formatPlace({ kind: 's3', ...address });
  const where = { Bucket: address.bucket, Key: address.key };
  const reading = `reading the snapshot ${shown}`;
  const failed = (code: 'SNAPSHOT_UNREADABLE' | 'SNAPSHOT_UNWRITABLE', doing: string, failure: unknown) =>
    placeError(code, `${doing}: ${s3FailureWords(failure)}`, failure);
  return {
    shown,
    async read(signal) {
      signal.throwIfAborted();
      try {
        const { Body } = await client.send(new sdk.GetObjectCommand(where), { abortSignal: signal });
        return bytesOf(Body as AsyncIterable<Uint8Array>, reading, signal);
      } catch (failure) {
        signal.throwIfAborted();
        if (isMissingObject(failure)) return undefined;
        throw failed('SNAPSHOT_UNREADABLE', reading, failure);
      }
    },
    async write(parts, _label, signal) {
      signal.throwIfAborted();
      const bytes = isGzipName(address.key) ? await gzipped(parts) : joined(parts);
      try {
        const put = new sdk.PutObjectCommand({ ...where, Body: bytes, ContentLength: bytes.length });
        await client.send(put, { abortSignal: signal });
        return { sizeBytes: bytes.length };
      } catch (failure) {
        signal.throwIfAborted();
        throw failed('SNAPSHOT_UNWRITABLE', `writing the snapshot ${shown}`, failure);
      }
    },
    close: async () => client.destroy(),
  };
}

async function* bytesOf(
  body: AsyncIterable<Uint8Array>,
  doing: string,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  try {
    yield* unpacked(body);
  } catch (failure) {
    throw placeFailure('SNAPSHOT_UNREADABLE', doing, signal, failure);
  }
}
