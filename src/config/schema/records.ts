import * as z from 'zod';
import { parseRecordsSpec } from '../../systems/records/index.ts';
import { CodedError } from '../../util/pure/coded-error.ts';
import { httpAddress, postgresAddress } from './addresses.ts';
import { complaint } from './complaint.ts';
import { listOf, oneOf, section } from './containers.ts';
import { checkedText, choice, count, path, share, size, text, timeout, variable } from './leaves.ts';
import { httpPaging } from './records-paging.ts';

const column = (like: string, what: string) => text(like).exactOptional().describe(what);

/** Of every kind of source. */
const common = {
  name: checkedText('name', 'changes', (name) =>
    name.includes('/') || name.trim() !== name
      ? complaint('it has a / or white space at its end in it', 'write a short name, like changes')
      : undefined,
  )
    .exactOptional()
    .describe(
      'Name in reports, and for `tagRecords`. Between runs, too, a source is known by its name; without one, by the place that it is read from. Default: the word after `from`, with a number where it is not the first.',
    ),
  columns: section({
    id: column('change_id', "The record's id. Default `id`."),
    repository: column(
      'image_repository',
      "The repository; the registry's host may stand in front. Default `repository`.",
    ),
    tag: column('image_tag', 'The tag. Default `tag`.'),
    digest: column('image_digest', 'The digest of a manifest. Default `digest`.'),
    status: column('state', 'The status. Default `status`.'),
  })
    .exactOptional()
    .describe('Which column means what. In documents a name may be a path with dots: `image.tag`.'),
  active: listOf(text('running'), '[running, pending]')
    .exactOptional()
    .describe('Statuses of records that are in use. Default `active running open pending in_progress live`.'),
  inactive: listOf(text('archived'), '[archived, deleted]')
    .exactOptional()
    .describe(
      'Statuses of records that are done with. What is in neither list keeps. Default `inactive archived deleted closed completed finished failed cancelled superseded`.',
    ),
  maxDropShare: share()
    .exactOptional()
    .describe(
      'When the number of rows drops by more than this share since the last run, nothing is deleted. Default `limits.maxDropShare`.',
    ),
};

const query = text('SELECT id, repository, tag, status FROM changes').describe(
  'One SELECT. Its columns are those in `columns`.',
);
const items = text('data.records')
  .exactOptional()
  .describe(
    'Path to the list inside the document. Default: the document itself, or `items`, `data`, `records`, `results`, `value`.',
  );
const authority = path('/etc/winnow/ca.pem')
  .exactOptional()
  .describe("PEM file of a certificate authority. Default: the system's.");
const secretFile = (like: string, what: string) =>
  path(like).exactOptional().describe(`File whose first line is the ${what}.`);
const secretVariable = (like: string, what: string) =>
  variable(like).exactOptional().describe(`Environment variable that holds the ${what}.`);

export const sslModes = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;

const postgresRecords = z.strictObject({
  from: z.literal('postgres').describe('Rows of a PostgreSQL database, read in a read-only transaction.'),
  ...common,
  url: postgresAddress().describe(
    '`postgres://user@host:5432/database`. What it leaves out comes from `PGHOST`, `PGPORT`, `PGUSER`, `PGDATABASE`.',
  ),
  query,
  passwordFile: secretFile('/run/secrets/db-password', 'password'),
  passwordEnv: secretVariable('DB_PASSWORD', 'password'),
  socketFolder: path('/run/postgresql')
    .exactOptional()
    .describe("The folder of a Unix socket, in place of the URL's host."),
  sslMode: choice(sslModes)
    .exactOptional()
    .describe('How far TLS goes, as libpq means it. Default `prefer`, or `PGSSLMODE`.'),
  certificateAuthority: authority,
  connectTimeout: timeout('10s').exactOptional().describe('Until the transaction has begun. Default `10s`.'),
  timeout: timeout('5m').exactOptional().describe('For each thousand rows. Default `5m`.'),
});

const sqliteRecords = z.strictObject({
  from: z.literal('sqlite').describe('Rows of an SQLite database, opened for reading only.'),
  ...common,
  path: path('/var/lib/app/app.db').describe('The database file.'),
  query,
  timeout: timeout('5s', '0').exactOptional().describe("How long to wait for a writer's lock. Default `5s`."),
});

export const fileFormats = ['json', 'ndjson', 'yaml', 'csv'] as const;

const fileRecords = z.strictObject({
  from: z.literal('file').describe('A file: JSON, lines of JSON, YAML or CSV.'),
  ...common,
  path: path('/var/lib/app/records.csv').describe('The file.'),
  format: choice(fileFormats).exactOptional().describe("Default by the file's extension."),
  items,
  maxSize: size('256Mi')
    .exactOptional()
    .describe('JSON and YAML are read whole: larger files are refused. Default `256Mi`, YAML `32Mi`.'),
});

const httpRecords = z.strictObject({
  from: z.literal('http').describe('A list of JSON documents from an HTTP server, page after page.'),
  ...common,
  url: httpAddress('https://api.example/changes').describe('The first page.'),
  username: text('winnow').exactOptional().describe('User name, for basic authentication.'),
  passwordFile: secretFile('/run/secrets/api-password', 'password'),
  passwordEnv: secretVariable('API_PASSWORD', 'password'),
  tokenFile: secretFile('/run/secrets/api-token', 'bearer token'),
  tokenEnv: secretVariable('API_TOKEN', 'bearer token'),
  tokenHeader: checkedText('header', 'X-Api-Key', (name) =>
    /^[\w!#$%&'*+.^`|~-]+$/.test(name)
      ? undefined
      : complaint('it is not the name of a header', 'write it like X-Api-Key'),
  )
    .exactOptional()
    .describe('Header that carries the bare token, in place of `Authorization: Bearer …`.'),
  certificateAuthority: authority,
  items,
  total: text('meta.total')
    .exactOptional()
    .describe('Path to the number of all rows: where it differs from what came, the answer was not whole.'),
  paging: httpPaging.exactOptional().describe('How the list is cut into pages. Default: found out (`style: auto`).'),
  timeout: timeout('30s').exactOptional().describe('To connect, and for each piece of an answer. Default `30s`.'),
  retries: count(3, 0, 100).exactOptional().describe('How often a page is asked for again. Default `3`.'),
  maxPageSize: size('64Mi').exactOptional().describe('Bytes of one page. Default `64Mi`.'),
  maxPages: count(100_000, 1)
    .exactOptional()
    .describe('More pages than this are taken for an endless list. Default `100000`.'),
});

export const recordKinds = ['postgres', 'sqlite', 'http', 'file'] as const;

const like = 'file:records.csv';
const specHint =
  'write file:PATH, sqlite:PATH?query=SELECT…, postgres://USER@HOST/DATABASE?query=SELECT… or https://HOST/PATH#status=FIELD';

/** The short form, as on the command line. */
const recordsSpec = checkedText('short form', like, (spec) => {
  try {
    parseRecordsSpec(spec);
    return undefined;
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    return complaint(error.message.replace(/^reading the [^:]*(:…)?: /, ''), specHint);
  }
});

const recordMap = oneOf('from', recordKinds, [postgresRecords, sqliteRecords, httpRecords, fileRecords]);

/** One source of records. */
export const recordSource = z.union([recordsSpec, recordMap], {
  error: complaint(
    'it is neither the short form of a record source nor a map',
    `write ${like}, or from: file and its other settings`,
  ),
});

export const recordsSchema = listOf(recordSource, '[file:records.csv]');

export type RecordMapInput = z.output<typeof recordMap>;
export type RecordInput = z.output<typeof recordSource>;
