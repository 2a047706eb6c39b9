import { isAbsolute, resolve } from 'node:path';
import { CodedError } from '../../util/pure/coded-error.ts';
import { readUrl } from '../../util/pure/read-url.ts';
import type { StoreKind } from './contract.ts';
import { type StoreErrorCode, storeErrors } from './errors.ts';

/** Storage in a folder. */
export interface FolderAddress {
  readonly kind: 'distribution-fs' | 'trow-files';
  /** Absolute. */
  readonly dir: string;
}

/** Storage in a bucket. Credentials are not part of it: they come from where the AWS tools look for them. */
export interface BucketAddress {
  readonly kind: 'distribution-s3';
  readonly bucket: string;
  /** What the registry calls its `rootdirectory`, without slashes at its ends; empty: the whole bucket. */
  readonly prefix: string;
  readonly endpoint?: string;
  readonly region?: string;
  readonly forcePathStyle?: boolean;
  /** A bucket without versions: data is copied into a quarantine before it is deleted. */
  readonly copyQuarantine?: boolean;
  /** A bucket without versions: what is hidden is gone, and that is accepted. */
  readonly allowNoQuarantine?: boolean;
}

export type StoreAddress = FolderAddress | BucketAddress;

/** Each kind of store, and how its address is written. */
export const storeKinds: Readonly<Record<StoreKind, { readonly form: string; readonly summary: string }>> = {
  'distribution-fs': { form: 'distribution-fs:DIR', summary: 'Distribution (docker-registry), in a folder' },
  'distribution-s3': {
    form: 's3://BUCKET/PREFIX?endpoint=URL&region=NAME&forcePathStyle=true',
    summary: 'Distribution (docker-registry), in an S3 bucket',
  },
  'trow-files': { form: 'trow-files:DIR', summary: 'Trow up to 0.6, in a folder' },
};

/**
 * Reads a store's address: `distribution-fs:DIR`, `trow-files:DIR` or `s3://BUCKET/PREFIX?endpoint=…`. Nothing is opened.
 *
 * @throws STORE_SETTINGS_INVALID naming the part that is wrong. Values that could be secrets are not repeated.
 */
export function parseStoreAddress(text: string): StoreAddress {
  if (text.startsWith('s3://')) return parseBucket(text);
  const colon = text.indexOf(':');
  const kind = colon < 0 ? '' : text.slice(0, colon);
  const place = text.slice(colon + 1);
  if (kind === 'distribution-s3' || kind === 's3')
    throw invalid(`${kind}: does not begin an address`, `Write ${storeKinds['distribution-s3'].form}.`);
  if (kind === 'distribution-fs' || kind === 'trow-files') {
    if (place === '') throw invalid(`no folder follows ${kind}:`, `Write ${storeKinds[kind].form}.`);
    return { kind, dir: resolve(place) };
  }
  if (isAbsolute(text) || text.startsWith('.'))
    throw invalid(`${text} does not say what lies there`, `Write distribution-fs:${text}, or trow-files:${text}.`);
  const what = /^[a-z][a-z0-9-]{0,30}$/.test(kind) ? `the kind ${kind} is not known` : 'it names no kind of store';
  throw invalid(what, storeErrors.STORE_SETTINGS_INVALID.hint);
}

/** As it would be typed, and shown: without what could be a secret, for none is ever in it. */
export function formatStoreAddress(address: StoreAddress): string {
  if (address.kind !== 'distribution-s3') return `${address.kind}:${address.dir}`;
  const query = new URLSearchParams();
  for (const field of textFields) if (address[field] !== undefined) query.set(field, address[field]);
  for (const field of flagFields) if (address[field] !== undefined) query.set(field, String(address[field]));
  const shown = query.toString().replaceAll('%3A', ':').replaceAll('%2F', '/');
  return `s3://${address.bucket}/${address.prefix}${shown === '' ? '' : `?${shown}`}`;
}

const textFields = ['endpoint', 'region'] as const;
const flagFields = ['forcePathStyle', 'copyQuarantine', 'allowNoQuarantine'] as const;
const known: readonly string[] = [...textFields, ...flagFields];
/** As S3 takes them, and as older and compatible servers do. https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const BUCKET = /^[A-Za-z0-9][A-Za-z0-9._-]{1,254}$/;
const SECRETS = /key|secret|token|password|credential/i;

function parseBucket(text: string): BucketAddress {
  const [, place = '', query = ''] = /^s3:\/\/([^?#]*)\??(.*)$/s.exec(text) ?? [];
  if (place.includes('@') || SECRETS.test([...new URLSearchParams(query).keys()].join(' ')))
    throw invalid(
      'it holds credentials',
      'Leave them out: they are read from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or wherever the AWS tools find them.',
    );
  const slash = place.indexOf('/');
  const bucket = slash < 0 ? place : place.slice(0, slash);
  if (!BUCKET.test(bucket))
    throw invalid(
      bucket === '' ? 'no bucket follows s3://' : `${bucket} is no bucket's name`,
      `Write ${storeKinds['distribution-s3'].form}.`,
    );
  const prefix = slash < 0 ? '' : place.slice(slash + 1).replace(/^\/+|\/+$/g, '');
  return { kind: 'distribution-s3', bucket, prefix, ...parseQuery(new URLSearchParams(query)) };
}

function parseQuery(query: URLSearchParams): Partial<BucketAddress> {
  const fields: Record<string, string | boolean> = {};
  for (const [field, value] of query) {
    if (!known.includes(field))
      throw invalid(`it has the parameter ${field}, which is not known`, `There are ${known.join(', ')}.`);
    if (field in fields) throw invalid(`it has the parameter ${field} twice`, `Leave one of them out.`);
    fields[field] = (flagFields as readonly string[]).includes(field) ? parseFlag(field, value) : value;
  }
  if (typeof fields['endpoint'] === 'string') checkEndpoint(fields['endpoint']);
  if (fields['region'] === '') throw invalid('its region is empty', 'Name the region, or leave it out.');
  return fields as Partial<BucketAddress>;
}

function parseFlag(field: string, value: string): boolean {
  if (value === 'true' || value === 'false') return value === 'true';
  throw invalid(`its ${field} is ${JSON.stringify(value)}`, `Write ${field}=true or ${field}=false.`);
}

function checkEndpoint(value: string): void {
  const url = readUrl(value);
  if (value.includes('@'))
    throw invalid('its endpoint holds credentials', 'Leave them out: they are read from the environment.');
  if (url === undefined || !['http:', 'https:'].includes(url.protocol))
    throw invalid(
      `its endpoint is ${JSON.stringify(value)}`,
      'Write it with its scheme, like endpoint=https://s3.example:9000.',
    );
}

function invalid(what: string, hint: string): CodedError<StoreErrorCode> {
  return new CodedError('STORE_SETTINGS_INVALID', `reading the address of a store: ${what}`, { hint });
}
