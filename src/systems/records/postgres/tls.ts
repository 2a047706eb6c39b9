import { readSettingsFile } from '../secrets.ts';
import type { PostgresTarget } from './connection-settings.ts';

/**
 * The driver's `ssl` option for a mode: its words where they mean what libpq means, else TLS options of our own.
 *
 * `require` verifies nothing unless there is a CA file; then it is `verify-ca`, as in libpq.
 *
 * @throws RECORDS_SECRET_UNREADABLE
 * @see https://www.postgresql.org/docs/15/libpq-ssl.html#LIBQ-SSL-CERTIFICATES
 */
export async function sslOption(target: PostgresTarget): Promise<false | 'prefer' | 'require' | object> {
  const { host, sslMode, caFile } = target;
  if (host.startsWith('/') || sslMode === 'disable') return false;
  if (sslMode === 'prefer') return 'prefer';
  if (sslMode === 'require' && caFile === undefined) return 'require';
  const ca = caFile === undefined ? {} : { ca: await readSettingsFile('certificate authority', caFile) };
  const anyHost = sslMode === 'verify-full' ? {} : { checkServerIdentity: () => undefined };
  // Without `host` Node would check an IP address' certificate against `localhost`.
  return { rejectUnauthorized: true, host, ...ca, ...anyHost };
}
