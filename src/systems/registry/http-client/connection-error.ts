import { errors } from 'undici';
import { messageOf } from '../../../util/pure/coded-error.ts';
import type { RegistryErrorCode } from '../errors.ts';
import { type Errand, errandError, foreignText, RegistryError } from './registry-error.ts';

interface Failure {
  readonly code: RegistryErrorCode;
  /** What came back, in words; without them, the error's own. */
  readonly words?: string;
  /** The same may go well in a moment. */
  readonly temporary?: boolean;
}

const LOST = { code: 'REGISTRY_CONNECTION_LOST', words: 'the connection was cut', temporary: true } as const;
const UNTRUSTED = (words: string) => ({ code: 'REGISTRY_TLS_UNTRUSTED', words }) as const;
const CLIENT_CERTIFICATE = {
  code: 'REGISTRY_TLS_CLIENT_CERTIFICATE',
  words: 'the server wants a client certificate that it trusts',
} as const;
const PLAIN_HTTP = {
  code: 'REGISTRY_PLAIN_HTTP',
  words: 'the server gave an HTTP response to an HTTPS client',
} as const;

/** What the codes of Node, OpenSSL and undici mean here. A code that is not in the table is a bug of ours and passes as it is. */
const FAILURES: Readonly<Record<string, Failure>> = {
  ECONNREFUSED: { code: 'REGISTRY_UNREACHABLE', words: 'the connection was refused', temporary: true },
  ENOTFOUND: { code: 'REGISTRY_UNREACHABLE', words: 'no such host' },
  EAI_AGAIN: { code: 'REGISTRY_UNREACHABLE', words: 'the host name could not be looked up', temporary: true },
  EHOSTUNREACH: { code: 'REGISTRY_UNREACHABLE', words: 'there is no route to the host', temporary: true },
  ENETUNREACH: { code: 'REGISTRY_UNREACHABLE', words: 'there is no route to the network', temporary: true },
  EADDRNOTAVAIL: { code: 'REGISTRY_UNREACHABLE', words: 'no local address is available', temporary: true },
  UND_ERR_ABORTED: { code: 'REGISTRY_UNREACHABLE' },
  UND_ERR_PRX_TLS: { code: 'REGISTRY_UNREACHABLE', words: 'the TLS connection to the proxy failed' },
  EINVAL: { code: 'REGISTRY_UNREACHABLE', words: 'the address cannot be connected to' },
  ECONNRESET: LOST,
  ECONNABORTED: LOST,
  EPIPE: LOST,
  UND_ERR_SOCKET: LOST,
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: LOST,
  ETIMEDOUT: { code: 'REGISTRY_TIMEOUT', words: 'the connection timed out', temporary: true },
  UND_ERR_CONNECT_TIMEOUT: { code: 'REGISTRY_TIMEOUT', words: 'no connection in time', temporary: true },
  UND_ERR_HEADERS_TIMEOUT: { code: 'REGISTRY_TIMEOUT', words: 'no answer in time', temporary: true },
  UND_ERR_BODY_TIMEOUT: { code: 'REGISTRY_TIMEOUT', words: 'the answer stopped coming', temporary: true },
  UND_ERR_HEADERS_OVERFLOW: { code: 'REGISTRY_BAD_ANSWER', words: 'the headers of the answer are too large' },

  SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED('its certificate is signed by an unknown authority'),
  UNABLE_TO_GET_ISSUER_CERT: UNTRUSTED('its certificate is signed by an unknown authority'),
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED('its certificate is signed by an unknown authority'),
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED('its certificate is signed by an unknown authority'),
  CERT_SIGNATURE_FAILURE: UNTRUSTED('its certificate is signed by an unknown authority with the name of a known one'),
  DEPTH_ZERO_SELF_SIGNED_CERT: UNTRUSTED('its certificate is signed by itself'),
  INVALID_CA: UNTRUSTED('its certificate is signed by one that may not sign'),
  INVALID_PURPOSE: UNTRUSTED('its certificate is not for servers'),
  CERT_UNTRUSTED: UNTRUSTED('its certificate is not trusted'),
  CERT_REVOKED: UNTRUSTED('its certificate was revoked'),
  CERT_REJECTED: UNTRUSTED('its certificate was rejected'),
  CERT_HAS_EXPIRED: { code: 'REGISTRY_TLS_EXPIRED', words: 'its certificate has expired' },
  CERT_NOT_YET_VALID: { code: 'REGISTRY_TLS_EXPIRED', words: 'its certificate is not valid yet' },
  ERR_TLS_CERT_ALTNAME_INVALID: { code: 'REGISTRY_TLS_WRONG_HOST' },

  ERR_SSL_WRONG_VERSION_NUMBER: PLAIN_HTTP,
  ERR_SSL_HTTP_REQUEST: PLAIN_HTTP,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: PLAIN_HTTP,
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: CLIENT_CERTIFICATE,
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: CLIENT_CERTIFICATE,
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN: CLIENT_CERTIFICATE,
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: CLIENT_CERTIFICATE,
};

/** The failures that a connection without verification of the certificate would not have had. */
export const CERTIFICATE_CODES: ReadonlySet<RegistryErrorCode> = new Set([
  'REGISTRY_TLS_UNTRUSTED',
  'REGISTRY_TLS_EXPIRED',
  'REGISTRY_TLS_WRONG_HOST',
]);

/** Turns what a connection failed with into a coded error. @returns `undefined` when it is none of the network's failures. */
export function connectionError(errand: Errand, thrown: unknown): RegistryError | undefined {
  if (thrown instanceof RegistryError) return thrown;
  const failure = failureOf(thrown);
  if (failure === undefined) return undefined;
  const code = codeOf(thrown);
  const words = `${failure.words ?? certifiedNames(thrown) ?? messageOf(thrown)}${code === undefined ? '' : ` (${code})`}`;
  return errandError(failure.code, errand, words, { cause: thrown, temporary: failure.temporary ?? false });
}

function failureOf(thrown: unknown): Failure | undefined {
  // Not every parser error has a code.
  if (thrown instanceof errors.HTTPParserError) return parseFailure(thrown);
  const code = codeOf(thrown);
  if (code === undefined) return undefined;
  const known = FAILURES[code];
  if (known !== undefined) return known;
  return code.startsWith('ERR_SSL_') || code === 'EPROTO' ? { code: 'REGISTRY_TLS_FAILED' } : undefined;
}

/** A TLS record begins with its type (21 alert, 22 handshake) and version 3. */
const TLS_RECORDS = ['\u0015\u0003', '\u0016\u0003'];

function parseFailure(thrown: Error): Failure {
  const { data } = thrown as { readonly data?: unknown };
  if (typeof data === 'string' && TLS_RECORDS.some((start) => data.startsWith(start)))
    return { code: 'REGISTRY_SPEAKS_TLS', words: 'the server gave a TLS response to an HTTP client' };
  return { code: 'REGISTRY_BAD_ANSWER', words: 'the answer is not HTTP' };
}

/** Node names only those names of a certificate that it compared. */
function certifiedNames(thrown: unknown): string | undefined {
  const { cert } = thrown as { readonly cert?: { readonly subjectaltname?: unknown } };
  const names = cert?.subjectaltname;
  return typeof names === 'string' ? `its certificate is for ${foreignText(names, 300)} only` : undefined;
}

function codeOf(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error)) return undefined;
  const { code } = thrown as { readonly code?: unknown };
  return typeof code === 'string' ? code : undefined;
}
