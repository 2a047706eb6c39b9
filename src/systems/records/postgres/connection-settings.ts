import { userInfo } from 'node:os';
import { recordsError } from '../errors.ts';
import { percentDecode } from '../percent-decode.ts';
import { parsePostgresUrl } from '../postgres-url.ts';
import { type Hider, readSecret } from '../secrets.ts';
import { type PostgresRecords, type SslMode, sslModes } from '../settings.ts';

/** Where and as whom to connect. */
export interface PostgresTarget {
  /** A host, or the folder of a Unix socket (it begins with `/`). */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  readonly password: string;
  readonly sslMode: SslMode;
  readonly caFile: string | undefined;
  /** `postgres://user@host:5432/database`: for messages. */
  readonly shown: string;
}

/**
 * Puts the target together from settings and environment, as libpq does.
 *
 * @throws RECORDS_SETTINGS_INVALID when the URL is none; RECORDS_SECRET_UNREADABLE
 * @see https://www.postgresql.org/docs/15/libpq-envars.html
 */
export async function postgresTarget(settings: PostgresRecords, hider: Hider): Promise<PostgresTarget> {
  const url = requirePostgresUrl(settings.url);
  const { env } = process;
  const host = settings.socketFolder ?? (hostOf(url) || env['PGHOST'] || 'localhost');
  const port = Number(url.port || env['PGPORT'] || 5432);
  const user = percentDecode(url.username) || env['PGUSER'] || userInfo().username;
  const database = percentDecode(url.pathname.slice(1)) || env['PGDATABASE'] || user;
  const fromUrl = url.password === '' ? undefined : percentDecode(url.password);
  const password = await readSecret('password', {
    value: fromUrl ?? settings.password,
    file: settings.passwordFile,
    env: settings.passwordEnv,
  });
  const caFile = settings.caFile ?? (env['PGSSLROOTCERT'] || undefined);
  return {
    host,
    port,
    user,
    database,
    password: hider.hide(password ?? env['PGPASSWORD'] ?? ''),
    sslMode: settings.sslMode ?? sslModeOf(env['PGSSLMODE']),
    caFile,
    shown: `postgres://${user}@${host}:${port}/${database}`,
  };
}

/** @throws RECORDS_SETTINGS_INVALID. The text is not repeated: it may hold a password. */
export function requirePostgresUrl(text: string): URL {
  const url = parsePostgresUrl(text);
  if (url !== undefined) return url;
  const message = 'opening the PostgreSQL source of records: its address is not a postgres:// URL';
  const hint = 'Write postgres://USER@HOST:5432/DATABASE; in a password, percent-encode : / ? # @ and %.';
  throw recordsError('RECORDS_SETTINGS_INVALID', message, hint);
}

/** Without the brackets of an IPv6 address. */
function hostOf(url: URL): string {
  return percentDecode(url.hostname).replace(/^\[|\]$/g, '');
}

function sslModeOf(text: string | undefined): SslMode {
  return sslModes.find((mode) => mode === text) ?? 'prefer';
}
