import type { RecordMapping } from './contract.ts';

/** What a source of records speaks about, and what it is called. */
export interface RecordsPlace {
  /** `host[:port]` as it stands in front of image references: scopes of what rows name begin with it. */
  readonly registryHost: string;
  /** The source's name: scope of its records, and in messages. Default: `records` and the kind, as in `records postgres`. */
  readonly name?: string;
}

interface Mapped {
  /** What is not given has its default: columns `id repository tag digest status`, and the words in `mapping.ts`. */
  readonly mapping?: Partial<RecordMapping>;
}

/** How far TLS goes, as libpq means it. @see https://www.postgresql.org/docs/15/libpq-ssl.html#LIBPQ-SSL-PROTECTION */
export const sslModes = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;
export type SslMode = (typeof sslModes)[number];

export interface PostgresRecords extends Mapped {
  readonly kind: 'postgres';
  /** `postgres://user[:password]@host[:port]/database`. What is missing comes from PGHOST, PGPORT, PGUSER, PGDATABASE. */
  readonly url: string;
  /** The folder of a Unix socket, in place of the URL's host. */
  readonly socketFolder?: string;
  /** Where the URL has no password: this, the file's first line, the environment variable, PGPASSWORD; the first there is. */
  readonly password?: string;
  readonly passwordFile?: string;
  readonly passwordEnv?: string;
  /** One SELECT (or VALUES, TABLE, WITH … SELECT). */
  readonly query: string;
  /** Default `prefer`, or PGSSLMODE. With a CA file `require` verifies the certificate, as libpq does. */
  readonly sslMode?: SslMode;
  /** PEM. Default PGSSLROOTCERT, else the system's authorities. */
  readonly caFile?: string;
  /** Until the transaction has begun. Default 10 s. */
  readonly connectTimeoutMs?: number;
  /** For each thousand rows. Default 5 min. */
  readonly statementTimeoutMs?: number;
}

export interface SqliteRecords extends Mapped {
  readonly kind: 'sqlite';
  readonly path: string;
  readonly query: string;
  /** How long to wait for a writer's lock. Default 5 s. */
  readonly busyTimeoutMs?: number;
}

export const fileFormats = ['json', 'ndjson', 'yaml', 'csv'] as const;
export type FileFormat = (typeof fileFormats)[number];

export interface FileRecords extends Mapped {
  readonly kind: 'file';
  readonly path: string;
  /** Default by the file's extension. */
  readonly format?: FileFormat;
  /** Path to the list in a JSON or YAML document. Default: the document itself, else `items`, `data`, `records`, `results` or `value`. */
  readonly items?: string;
  /** JSON and YAML are read whole: more bytes than this are refused. Default 256 MiB, YAML 32 MiB. */
  readonly maxBytes?: number;
}

/** How an HTTP server cuts its list into pages. */
export type Paging =
  /** Link header, else a link in the body's `next` (or `links.next`, `_links.next.href`, `@odata.nextLink`), else one page. */
  | { readonly style: 'auto' }
  /** One answer is all. */
  | { readonly style: 'none' }
  /** `Link: <…>; rel="next"` until there is none. @see https://www.rfc-editor.org/rfc/rfc8288 */
  | { readonly style: 'link' }
  /** The body's field (a path with dots) holds the address of the next page, until it is null, empty or absent. */
  | { readonly style: 'next'; readonly field: string }
  /** Pages are numbered, until one is empty or the total is reached. Safe only where the order of rows is stable. */
  | {
      readonly style: 'page';
      /** Query parameter. Default `page`. */
      readonly parameter?: string;
      /** Number of the first page. Default 1. */
      readonly first?: number;
      readonly sizeParameter?: string;
      readonly size?: number;
    }
  /** The body's field holds a token for the query parameter, until it is null, empty or absent. */
  | { readonly style: 'cursor'; readonly parameter: string; readonly field: string };

export interface HttpRecords extends Mapped {
  readonly kind: 'http';
  /** `http(s)://[user[:password]@]host[:port]/path[?query]`: the first page. */
  readonly url: string;
  /** Basic authentication: user and password, where the URL has none. */
  readonly username?: string;
  readonly password?: string;
  readonly passwordFile?: string;
  readonly passwordEnv?: string;
  /** A bearer token, or what stands in `tokenHeader`. */
  readonly token?: string;
  readonly tokenFile?: string;
  readonly tokenEnv?: string;
  /** Header that carries the bare token. Default `Authorization: Bearer <token>`. */
  readonly tokenHeader?: string;
  /** PEM. Default: the system's authorities. */
  readonly caFile?: string;
  /** Path to the list of rows in the body; default as for files. */
  readonly items?: string;
  /** Path to the number of all rows: when the count differs in the end, the answer was not whole. */
  readonly total?: string;
  /** Default `auto`. */
  readonly paging?: Paging;
  /** To connect, until the head of an answer, and between two pieces of its body. Default 30 s. */
  readonly timeoutMs?: number;
  /** How often a page is asked for again after 408, 429, 5xx or a broken connection. Default 3. */
  readonly retries?: number;
  /** Before the first repetition; doubled each time. `Retry-After` wins, up to a minute. Default 500. */
  readonly retryDelayMs?: number;
  /** Of one page. Default 64 MiB. */
  readonly maxPageBytes?: number;
  /** Default 100,000. */
  readonly maxPages?: number;
}

export interface MemoryRecords extends Mapped {
  readonly kind: 'memory';
  readonly rows: readonly unknown[];
  /** The columns, where they are known before the rows as in a database. */
  readonly columns?: readonly string[];
  /** Scripted failure: this many rows come, then `error` is thrown. */
  readonly failAfterRows?: number;
  /** What is thrown then. Default: reading stopped, as when a connection is lost. */
  readonly error?: Error;
}

/** Settings of any source, told apart by `kind`. */
export type RecordsSettings = PostgresRecords | SqliteRecords | FileRecords | HttpRecords | MemoryRecords;
