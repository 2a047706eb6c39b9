import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import {
  CreateBucketCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { atEnd } from './at-end.ts';
import type { Swift } from './swift.ts';

/** A bucket seen by a second pair of eyes: nothing of Winnow's own is used here. Keys are whole. */
export interface Eyes {
  readonly bucket: string;
  readonly client: S3Client;
  /** @returns when, by the server's clock, UTC milliseconds */
  put(key: string, content: string | Uint8Array): Promise<number>;
  get(key: string): Promise<Uint8Array | undefined>;
  keys(prefix?: string): Promise<readonly string[]>;
}

/** Makes a bucket, with versions or without. Ends with the test file. */
export async function makeBucket(swift: Swift, bucket: string, versions: boolean): Promise<Eyes> {
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
  const client = new S3Client({
    endpoint: swift.url,
    region: swift.region,
    forcePathStyle: true,
    credentials: swift,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  atEnd(() => client.destroy());
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  if (versions)
    await client.send(
      new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration: { Status: 'Enabled' } }),
    );
  return {
    bucket,
    client,
    async put(key, content) {
      await client.send(
        new PutObjectCommand({ Bucket: bucket, Key: key, Body: content, ContentLength: Buffer.byteLength(content) }),
      );
      const { LastModified } = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
      return LastModified?.getTime() ?? 0;
    },
    async get(key) {
      try {
        const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
        return await Body?.transformToByteArray();
      } catch (thrown) {
        if ((thrown as Error).name === 'NoSuchKey') return undefined;
        throw thrown;
      }
    },
    keys: (prefix = '') => keysBelow(client, bucket, prefix),
  };
}

async function keysBelow(client: S3Client, bucket: string, prefix: string): Promise<readonly string[]> {
  const keys: string[] = [];
  for (let token: string | undefined, isFirst = true; isFirst || token !== undefined; isFirst = false) {
    const page: ListObjectsV2CommandOutput = await client.send(
      new ListObjectsV2Command({
        Bucket: bucket,
        Prefix: prefix,
        ...(token === undefined ? {} : { ContinuationToken: token }),
      }),
    );
    keys.push(...(page.Contents ?? []).map(({ Key }) => String(Key)));
    token = page.NextContinuationToken;
  }
  return keys;
}

/**
 * Puts all files below a folder into a bucket, each with the time that its file has: through Swift's own interface, which takes one.
 * A folder with nothing in it becomes a key that ends with a slash, as some tools leave them.
 *
 * @param prefix - in front of their paths; empty, or ending with a slash
 */
export async function uploadFolder(swift: Swift, bucket: string, folder: string, prefix: string): Promise<void> {
  const auth = await fetch(`${swift.url}/auth/v1.0`, {
    headers: { 'x-auth-user': swift.accessKeyId, 'x-auth-key': swift.secretAccessKey },
  });
  const [url, token] = [auth.headers.get('x-storage-url'), auth.headers.get('x-auth-token') ?? ''];
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).values();
  const worker = async (): Promise<void> => {
    for (const entry of entries) {
      const path = join(entry.parentPath, entry.name);
      if (entry.isDirectory() && readdirSync(path).length > 0) continue;
      const key = prefix + relative(folder, path) + (entry.isDirectory() ? '/' : '');
      const atMs = Math.floor(statSync(path).mtimeMs / 1000) * 1000; // whole seconds: a listing has no others
      const answer = await fetch(`${url}/${bucket}/${encodeURI(key)}`, {
        method: 'PUT',
        body: entry.isDirectory() ? '' : readFileSync(path),
        headers: { 'x-auth-token': token, 'x-timestamp': (atMs / 1000).toFixed(5) },
      });
      if (answer.status !== 201) throw new Error(`PUT ${key}: ${answer.status} ${await answer.text()}`);
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
}
