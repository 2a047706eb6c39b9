import { messageOf } from '../../util/pure/coded-error.ts';
import { ReadingStopped, recordsError } from './errors.ts';

/** Node's codes for certificates that don't hold. @see https://nodejs.org/docs/latest-v20.x/api/tls.html#x509-certificate-error-codes */
const UNTRUSTED =
  /^(?:.*_CERT|CERT_.*|.*SELF_SIGNED_CERT.*|UNABLE_TO_(?:VERIFY|GET|DECRYPT|DECODE)_.*|ERR_TLS_CERT_ALTNAME_INVALID|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE)$/;
const NOT_TLS = /^(?:EPROTO|ERR_SSL_.*)$/;

/** The code of an error of Node, undici or the driver; undefined for anything else, which is a bug of ours. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/**
 * What to throw for a connection that could not be made or broke: a certificate or a scheme is the user's to correct, the
 * rest (refused, reset, timed out, unknown host) may be better in a minute.
 *
 * @param error - one that has a {@link codeOf}
 */
export function networkFailure(error: unknown, doing: string): Error {
  const code = codeOf(error) ?? '';
  const said = messageOf(error);
  const message = `${doing}: ${said === '' || said.includes(code) ? said || code : `${said} (${code})`}`;
  if (UNTRUSTED.test(code)) return recordsError('RECORDS_TLS_UNTRUSTED', message);
  if (NOT_TLS.test(code)) return recordsError('RECORDS_TLS_FAILED', message);
  return new ReadingStopped(message, 'Check that the server runs and can be reached from here, then start again.');
}
