import { createHash } from 'node:crypto';
import type { S3Client } from '@aws-sdk/client-s3';
import { openS3Client, type Sdk } from '../../../util/s3-client.ts';
import type { BucketAddress } from '../address.ts';

export interface Connection {
  readonly sdk: Sdk;
  readonly client: S3Client;
  readonly bucket: string;
  /** In front of every key: empty, or ending with a slash. */
  readonly prefix: string;
}

/** Requests at once when nothing else is said: a bucket answers thousands a second, one request in some 20 ms. */
export const DEFAULT_READERS = 32;

/** Nothing is sent yet. Credentials come from the SDK's chain: environment, shared files, web identity, metadata service. */
export async function connectBucket(address: BucketAddress): Promise<Connection> {
  const { sdk, client } = await openS3Client(address);
  addContentMd5(client);
  addContentLength(client);
  const prefix = address.prefix === '' ? '' : `${address.prefix}/`;
  return { sdk, client, bucket: address.bucket, prefix };
}

interface HttpRequest {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body?: unknown;
}

/** DeleteObjects wants an MD5 of its body on compatible servers (`Missing required header: Content-MD5`), and AWS takes it too. */
function addContentMd5(client: S3Client): void {
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const request = args.request as HttpRequest;
      if (context['commandName'] === 'DeleteObjectsCommand' && typeof request.body === 'string')
        request.headers['content-md5'] = createHash('md5').update(request.body).digest('base64');
      return next(args);
    },
    { step: 'build', name: 'winnowContentMd5' },
  );
}

/** A DELETE without a length makes OpenStack Swift wait a minute for a body when a delete marker goes, and then bring nothing back. */
function addContentLength(client: S3Client): void {
  client.middlewareStack.add(
    (next) => async (args) => {
      const request = args.request as HttpRequest;
      if (request.method === 'DELETE') request.headers['content-length'] = '0';
      return next(args);
    },
    { step: 'build', name: 'winnowContentLength' },
  );
}
