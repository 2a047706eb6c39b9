import { messageOf } from '../../util/pure/coded-error.ts';
import { parseDuration } from '../../util/pure/duration.ts';
import { readUrl } from '../../util/pure/read-url.ts';
import { recordsError } from './errors.ts';
import { percentDecode } from './percent-decode.ts';
import { parsePostgresUrl } from './postgres-url.ts';
import {
  type FileRecords,
  fileFormats,
  type HttpRecords,
  type PostgresRecords,
  type SqliteRecords,
  sslModes,
} from './settings.ts';
import { pagingOf, pagingParameters } from './spec-paging.ts';
import {
  mappingOf,
  mappingParameters,
  oneOf,
  type Parameters,
  readParameters,
  SpecFault,
  text,
  whole,
} from './spec-text.ts';

/** Settings that a short form can express. */
export type RecordsSpec = FileRecords | SqliteRecords | PostgresRecords | HttpRecords;

/**
 * Reads the short form of a record source:
 *
 * - `file:PATH[?format=csv&items=data.orders]`
 * - `sqlite:PATH?query=SELECT…`
 * - `postgres://USER[:PASSWORD]@HOST[:PORT]/DATABASE?query=SELECT…[&sslmode=…&sslrootcert=…&host=/socket/folder&password-file=…&password-env=…&statement-timeout=30s&connect_timeout=10]`
 * - `https://HOST/PATH[?…][#items=…&total=…&paging=…&token-file=…]`: the query belongs to the server, so ours stand behind `#`
 *
 * Each takes the mapping too: `id repository tag digest status` name columns, `active inactive` list words with commas.
 *
 * @throws RECORDS_SPEC_INVALID. Nothing of the text but known names is repeated, as it may hold a password.
 */
export function parseRecordsSpec(spec: string): RecordsSpec {
  const scheme = /^([a-z]+):/i.exec(spec)?.[1]?.toLowerCase();
  try {
    switch (scheme) {
      case 'file':
        return fileSpec(spec);
      case 'sqlite':
        return sqliteSpec(spec);
      case 'postgres':
      case 'postgresql':
        return postgresSpec(spec);
      case 'http':
      case 'https':
        return httpSpec(spec);
      default:
        throw new SpecFault('it begins with none of file: sqlite: postgres: http: https:');
    }
  } catch (error) {
    if (!(error instanceof SpecFault)) throw error;
    const what = scheme === undefined ? 'the short form of a record source' : `the record source ${scheme}:…`;
    throw recordsError('RECORDS_SPEC_INVALID', `reading ${what}: ${error.message}`);
  }
}

function fileSpec(spec: string): FileRecords {
  const [path, rest] = pathAndRest(spec);
  const parameters = readParameters(rest, ['format', 'items', ...mappingParameters]);
  const format = oneOf(parameters, 'format', fileFormats);
  return {
    kind: 'file',
    path,
    ...(format && { format }),
    ...text(parameters, 'items', 'items'),
    ...mappingOf(parameters),
  };
}

function sqliteSpec(spec: string): SqliteRecords {
  const [path, rest] = pathAndRest(spec);
  const parameters = readParameters(rest, ['query', 'busy-timeout', ...mappingParameters]);
  return {
    kind: 'sqlite',
    path,
    query: queryOf(parameters),
    ...durationOf(parameters, 'busy-timeout', 'busyTimeoutMs'),
    ...mappingOf(parameters),
  };
}

const postgresParameters = [
  'query',
  'sslmode',
  'sslrootcert',
  'host',
  'connect_timeout',
  'password',
  'password-file',
  'password-env',
  'statement-timeout',
];

function postgresSpec(spec: string): PostgresRecords {
  const [url, rest] = cut(spec, '?');
  if (parsePostgresUrl(url) === undefined)
    throw new SpecFault('it is not a URL (in a password, percent-encode : / ? # @ and %)');
  const parameters = readParameters(rest, [...postgresParameters, ...mappingParameters]);
  const sslMode = oneOf(parameters, 'sslmode', sslModes);
  const { seconds } = whole(parameters, 'connect_timeout', 'seconds');
  return {
    kind: 'postgres',
    url,
    query: queryOf(parameters),
    ...(sslMode && { sslMode }),
    ...text(parameters, 'sslrootcert', 'caFile'),
    ...text(parameters, 'host', 'socketFolder'),
    ...text(parameters, 'password', 'password'),
    ...text(parameters, 'password-file', 'passwordFile'),
    ...text(parameters, 'password-env', 'passwordEnv'),
    ...(seconds !== undefined && seconds > 0 && { connectTimeoutMs: seconds * 1000 }),
    ...durationOf(parameters, 'statement-timeout', 'statementTimeoutMs'),
    ...mappingOf(parameters),
  };
}

const httpParameters = [
  'items',
  'total',
  'token-file',
  'token-env',
  'token-header',
  'password-file',
  'password-env',
  'ca-file',
  'timeout',
  ...pagingParameters,
];

function httpSpec(spec: string): HttpRecords {
  const [url, rest] = cut(spec, '#');
  if (readUrl(url) === undefined) throw new SpecFault('it is not a URL');
  const parameters = readParameters(rest, [...httpParameters, ...mappingParameters]);
  return {
    kind: 'http',
    url,
    ...text(parameters, 'items', 'items'),
    ...text(parameters, 'total', 'total'),
    ...text(parameters, 'token-file', 'tokenFile'),
    ...text(parameters, 'token-env', 'tokenEnv'),
    ...text(parameters, 'token-header', 'tokenHeader'),
    ...text(parameters, 'password-file', 'passwordFile'),
    ...text(parameters, 'password-env', 'passwordEnv'),
    ...text(parameters, 'ca-file', 'caFile'),
    ...durationOf(parameters, 'timeout', 'timeoutMs'),
    ...pagingOf(parameters),
    ...mappingOf(parameters),
  };
}

/** `file:a.csv`, `file:/a.csv` and `file:///a.csv`; a host between the slashes is refused. */
function pathAndRest(spec: string): readonly [path: string, rest: string] {
  const [before, rest] = cut(spec.slice(spec.indexOf(':') + 1), '?');
  if (/^\/\/[^/]/.test(before)) throw new SpecFault('a path begins with one slash, or with three');
  const path = percentDecode(before.replace(/^\/\/\//, '/'));
  if (path === '') throw new SpecFault('there is no path');
  return [path, rest];
}

function cut(spec: string, at: string): readonly [before: string, after: string] {
  const position = spec.indexOf(at);
  return position < 0 ? [spec, ''] : [spec.slice(0, position), spec.slice(position + 1)];
}

function queryOf(parameters: Parameters): string {
  const query = parameters.get('query')?.trim() ?? '';
  if (query === '') throw new SpecFault('there is no query=SELECT…');
  return query;
}

function durationOf<Key extends string>(
  parameters: Parameters,
  name: string,
  key: Key,
): { readonly [K in Key]?: number } {
  const value = parameters.get(name);
  if (value === undefined) return {};
  try {
    return { [key]: parseDuration(value) } as { readonly [K in Key]: number };
  } catch (error) {
    throw new SpecFault(`the parameter ${name}: ${messageOf(error)}`);
  }
}
