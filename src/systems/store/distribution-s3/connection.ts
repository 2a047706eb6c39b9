import { createHash } from 'node:crypto';
import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3';
import type { BucketAddress } from '../address.ts';

/** The SDK's module: 3 MB that only those load who work on a bucket. */
export type Sdk = typeof import('@aws-sdk/client-s3');

export interface Connection {
  readonly sdk: Sdk;
  readonly client: S3Client;
  readonly bucket: string;
  /** In front of every key: empty, or ending with a slash. */
  readonly prefix: string;
}

/** Requests at once when nothing else is said: a bucket answers thousands a second, one request in some 20 ms. */
export const DEFAULT_READERS = 32;

/** Tries of one request: what is busy for a moment (503 Slow Down) is asked again, later and later. */
const MAX_ATTEMPTS = 6;
/** Node's own default for Node's own certificates holds; a server that says nothing for so long is taken for dead. */
const REQUEST_TIMEOUT_MS = 60_000;

/** Nothing is sent yet. Credentials come from the SDK's chain: environment, shared files, web identity, metadata service. */
export async function connectBucket(address: BucketAddress): Promise<Connection> {
  // The SDK would print a warning on Node 20 for every command; our releases say which Node they need.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
  const sdk = await import('@aws-sdk/client-s3');
  const client = new sdk.S3Client(clientSettings(address));
  addContentMd5(client);
  addContentLength(client);
  const prefix = address.prefix === '' ? '' : `${address.prefix}/`;
  return { sdk, client, bucket: address.bucket, prefix };
}

function clientSettings({ endpoint, region, forcePathStyle }: BucketAddress): S3ClientConfig {
  return {
    ...(endpoint === undefined ? {} : { endpoint }),
    // A compatible server has no regions, and takes any name; AWS answers with where the bucket lies.
    ...(region === undefined ? (endpoint === undefined ? {} : { region: 'us-east-1' }) : { region }),
    forcePathStyle: forcePathStyle ?? endpoint !== undefined,
    followRegionRedirects: true,
    maxAttempts: MAX_ATTEMPTS,
    requestHandler: {
      requestTimeout: REQUEST_TIMEOUT_MS,
      httpsAgent: { maxSockets: 128 },
      httpAgent: { maxSockets: 128 },
    },
    // Compatible servers refuse the newer checksums.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  };
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
