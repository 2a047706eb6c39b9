import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3';
import { messageOf } from './pure/coded-error.ts';

/** The SDK's module: 3 MB that only those load who work on a bucket. */
export type Sdk = typeof import('@aws-sdk/client-s3');

/** Which server, and how it is asked. Credentials are not part of it. */
export interface S3Server {
  /** Absent: AWS. */
  readonly endpoint?: string;
  readonly region?: string;
  /** Default: with an endpoint of one's own. */
  readonly forcePathStyle?: boolean;
}

/** Tries of one request: what is busy for a moment (503 Slow Down) is asked again, later and later. */
const MAX_ATTEMPTS = 6;
/** A server that says nothing for so long is taken for dead. */
const REQUEST_TIMEOUT_MS = 60_000;
const MAX_WORDS = 300;

/** Nothing is sent yet. Credentials come from the SDK's chain: environment, shared files, web identity, metadata service. */
export async function openS3Client(server: S3Server): Promise<{ readonly sdk: Sdk; readonly client: S3Client }> {
  // The SDK would print a warning on Node 20 for every command; our releases say which Node they need.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
  const loaded = await import('@aws-sdk/client-s3');
  // The built command hands a CommonJS package over as its default alone.
  const sdk = 'S3Client' in loaded ? loaded : (loaded as unknown as { readonly default: Sdk }).default;
  return { sdk, client: new sdk.S3Client(clientSettings(server)) };
}

function clientSettings({ endpoint, region, forcePathStyle }: S3Server): S3ClientConfig {
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

/** What the SDK throws, as far as it concerns us. */
interface ServiceFailure extends Error {
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** The server's answer, where there was one. */
export function s3Status(thrown: unknown): number | undefined {
  return (thrown as ServiceFailure | undefined)?.$metadata?.httpStatusCode;
}

/** `AccessDenied (403): …`. Servers' messages name no secrets; long ones are cut. */
export function s3FailureWords(thrown: unknown): string {
  if (!(thrown instanceof Error)) return messageOf(thrown);
  const status = s3Status(thrown);
  const said = messageOf(thrown);
  // A HEAD has no body to say more: the SDK's "UnknownError" tells nothing.
  const message = said === '' || said === 'UnknownError' ? '' : `: ${said.slice(0, MAX_WORDS)}`;
  return `${thrown.name}${status === undefined ? '' : ` (${status})`}${message}`;
}

/** There is no such object. A bucket that is not there is another matter. */
export function isMissingObject(thrown: unknown): boolean {
  return s3Status(thrown) === 404 && (thrown as Error).name !== 'NoSuchBucket';
}
