import { isOciUrl, type OciUrl, parseOciUrl } from '../../oci/oci-url.ts';
import { messageOf } from '../../util/pure/coded-error.ts';
import { placeError } from './errors.ts';

/** An object in a bucket. Credentials are not part of it: they come from where the AWS tools look for them. */
export interface ObjectAddress {
  readonly bucket: string;
  readonly key: string;
  readonly endpoint?: string;
  readonly region?: string;
  readonly forcePathStyle?: boolean;
}

export type PlaceAddress =
  | { readonly kind: 'file'; readonly path: string }
  | ({ readonly kind: 'oci' } & OciUrl)
  | ({ readonly kind: 's3' } & ObjectAddress);

/** How a place is written, for messages and help. */
export const placeForms = ['FILE', 'oci://HOST/REPOSITORY:TAG', 's3://BUCKET/KEY?endpoint=URL&region=NAME'] as const;

/** Reads where a snapshot lies. A path is taken as it is. @throws SNAPSHOT_PLACE_INVALID; what could be a secret is not repeated */
export function parsePlace(text: string): PlaceAddress {
  if (isOciUrl(text)) return { kind: 'oci', ...parseOci(text) };
  if (text.startsWith('s3://')) return { kind: 's3', ...parseObject(text) };
  const [, scheme] = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(text) ?? [];
  if (scheme !== undefined) throw invalid(`${scheme}:// is no place for snapshots`);
  if (text === '') throw invalid('it is empty');
  return { kind: 'file', path: text };
}

/** As it would be typed. */
export function formatPlace(address: PlaceAddress): string {
  if (address.kind === 'file') return address.path;
  if (address.kind === 'oci') return `oci://${address.host}/${address.repository}:${address.tag}`;
  const query = new URLSearchParams();
  for (const field of FIELDS) if (address[field] !== undefined) query.set(field, String(address[field]));
  const shown = query.toString().replaceAll('%3A', ':').replaceAll('%2F', '/');
  return `s3://${address.bucket}/${address.key}${shown === '' ? '' : `?${shown}`}`;
}

function parseOci(text: string): OciUrl {
  try {
    return parseOciUrl(text);
  } catch (error) {
    throw invalid(messageOf(error));
  }
}

const FIELDS = ['endpoint', 'region', 'forcePathStyle'] as const;
const BUCKET = /^[A-Za-z0-9][A-Za-z0-9._-]{1,254}$/;

function parseObject(text: string): ObjectAddress {
  const [, bucket = '', key = '', query = ''] = /^s3:\/\/([^/?#]*)\/?([^?#]*)\??(.*)$/s.exec(text) ?? [];
  const given = new URLSearchParams(query);
  const unknown = [...given.keys()].find((field) => !FIELDS.some((known) => known === field));
  if (unknown !== undefined && /key|secret|token|password|credential/i.test(unknown))
    throw invalid('it holds credentials, which are read from AWS_ACCESS_KEY_ID or wherever the AWS tools find them');
  if (unknown !== undefined) throw invalid(`it has the parameter ${unknown}; there are ${FIELDS.join(', ')}`);
  if (!BUCKET.test(bucket)) throw invalid('no bucket’s name follows s3://');
  if (key === '' || key.endsWith('/')) throw invalid(`it names no object in the bucket ${bucket}`);
  const endpoint = given.get('endpoint') ?? undefined;
  if (endpoint !== undefined && !/^https?:\/\/[^@]+$/.test(endpoint))
    throw invalid('its endpoint is not written like https://s3.example:9000');
  const style = given.get('forcePathStyle') ?? undefined;
  if (style !== undefined && style !== 'true' && style !== 'false')
    throw invalid('its forcePathStyle is neither true nor false');
  const region = given.get('region') ?? undefined;
  return {
    bucket,
    key,
    ...(endpoint !== undefined && { endpoint }),
    ...(region !== undefined && { region }),
    ...(style !== undefined && { forcePathStyle: style === 'true' }),
  };
}

function invalid(what: string) {
  return placeError('SNAPSHOT_PLACE_INVALID', `reading the place of a snapshot: ${what}`);
}
