import { errors } from 'undici';
import { messageOf } from '../../../util/pure/coded-error.ts';

/** What kept a request from being answered, and what a user can do about it. */
export interface ConnectionFailure {
  readonly words: string;
  readonly kind: 'certificate' | 'plain-http' | 'tls' | 'unknown-host' | 'timeout' | 'cut' | 'other';
  /** The same may go well in a moment. */
  readonly temporary: boolean;
}

const CERTIFICATE: Readonly<Record<string, string>> = {
  SELF_SIGNED_CERT_IN_CHAIN: 'the certificate is signed by an unknown authority',
  UNABLE_TO_GET_ISSUER_CERT: 'the certificate is signed by an unknown authority',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'the certificate is signed by an unknown authority',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'the certificate is signed by an unknown authority',
  CERT_SIGNATURE_FAILURE: 'the certificate is signed by an unknown authority with the name of a known one',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'the certificate is signed by itself',
  CERT_HAS_EXPIRED: 'the certificate has expired',
  CERT_NOT_YET_VALID: 'the certificate is not valid yet',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate is for other hosts',
};

const KINDS: Readonly<Record<string, Omit<ConnectionFailure, 'words'> & { readonly words?: string }>> = {
  ERR_SSL_WRONG_VERSION_NUMBER: plainHttp(),
  ERR_SSL_HTTP_REQUEST: plainHttp(),
  ERR_SSL_PACKET_LENGTH_TOO_LONG: plainHttp(),
  ENOTFOUND: { kind: 'unknown-host', words: 'no such host', temporary: false },
  EAI_AGAIN: { kind: 'unknown-host', words: 'the host name could not be looked up', temporary: true },
  ETIMEDOUT: { kind: 'timeout', words: 'the connection timed out', temporary: true },
  UND_ERR_CONNECT_TIMEOUT: { kind: 'timeout', words: 'no connection in time', temporary: true },
  UND_ERR_HEADERS_TIMEOUT: { kind: 'timeout', words: 'no answer in time', temporary: true },
  UND_ERR_BODY_TIMEOUT: { kind: 'timeout', words: 'the answer stopped coming', temporary: true },
  ECONNREFUSED: { kind: 'other', words: 'the connection was refused', temporary: true },
  ECONNRESET: { kind: 'cut', words: 'the connection was cut', temporary: true },
  EPIPE: { kind: 'cut', words: 'the connection was cut', temporary: true },
  UND_ERR_SOCKET: { kind: 'cut', words: 'the connection was cut', temporary: true },
};

function plainHttp() {
  return {
    kind: 'plain-http',
    words: 'the server gave an HTTP response to an HTTPS client',
    temporary: false,
  } as const;
}

/** A TLS record begins with its type (21 alert, 22 handshake) and version 3. */
const TLS_RECORDS = ['\u0015\u0003', '\u0016\u0003'];

/** What a request failed with, in words. */
export function connectionFailure(thrown: unknown): ConnectionFailure {
  if (thrown instanceof errors.HTTPParserError) {
    const { data } = thrown as { readonly data?: unknown };
    const isTls = typeof data === 'string' && TLS_RECORDS.some((start) => data.startsWith(start));
    if (isTls) return { kind: 'tls', words: 'malformed HTTP response: the server answers with TLS', temporary: false };
    return { kind: 'other', words: 'malformed HTTP response', temporary: false };
  }
  const code = (thrown as { readonly code?: unknown }).code;
  if (typeof code !== 'string') return { kind: 'other', words: messageOf(thrown), temporary: false };
  const certificate = CERTIFICATE[code];
  if (certificate !== undefined) return { kind: 'certificate', words: `${certificate} (${code})`, temporary: false };
  const known = KINDS[code];
  if (known !== undefined) return { ...known, words: `${known.words ?? messageOf(thrown)} (${code})` };
  return { kind: 'other', words: `${messageOf(thrown)} (${code})`, temporary: false };
}
