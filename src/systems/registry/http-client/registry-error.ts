import { STATUS_CODES } from 'node:http';
import * as z from 'zod';
import { CodedError } from '../../../util/pure/coded-error.ts';
import { readUrl } from '../../../util/pure/read-url.ts';
import { REGISTRY_ERRORS, type RegistryErrorCode } from '../errors.ts';

/** Of an answer that is a failure, no more than this is read. */
export const MAX_ERROR_BODY_BYTES = 8 * 1024;

/** What was going on when something failed; goes into the message. */
export interface Errand {
  /** Words: `listing the tags of team/app`. */
  readonly doing: string;
  readonly method: string;
  /** Redacted when shown. */
  readonly url: string;
}

export interface RegistryErrorDetails {
  readonly hint?: string;
  readonly cause?: unknown;
  readonly status?: number;
  readonly specCodes?: readonly string[];
  readonly temporary?: boolean;
  readonly retryAfterMs?: number;
  readonly request?: string;
}

/** A failure of a registry or of the way to it. */
export class RegistryError extends CodedError<RegistryErrorCode> {
  /** HTTP status, where there was an answer. */
  readonly status: number | undefined;
  /** The specification's own codes in the answer: `MANIFEST_UNKNOWN`. */
  readonly specCodes: readonly string[];
  /** The same request may succeed later. */
  readonly temporary: boolean;
  /** How long the server asked to wait. */
  readonly retryAfterMs: number | undefined;
  /** Method and redacted URL. */
  readonly request: string | undefined;

  constructor(code: RegistryErrorCode, message: string, details: RegistryErrorDetails = {}) {
    super(code, message, { hint: details.hint ?? REGISTRY_ERRORS[code].hint, cause: details.cause });
    this.name = 'RegistryError';
    this.status = details.status;
    this.specCodes = details.specCodes ?? [];
    this.temporary = details.temporary ?? false;
    this.retryAfterMs = details.retryAfterMs;
    this.request = details.request;
  }
}

/** Makes the message of a failed errand: what was being done, to what, and what came back. */
export function errandError(
  code: RegistryErrorCode,
  errand: Errand,
  what: string,
  details: RegistryErrorDetails = {},
): RegistryError {
  const request = `${errand.method} ${redactUrl(errand.url)}`;
  return new RegistryError(code, `${errand.doing}: ${request}: ${what}`, { ...details, request });
}

/** An answer whose status is a failure. `body` is its beginning, at most {@link MAX_ERROR_BODY_BYTES}. */
export interface FailedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/**
 * Turns an answer into a coded error.
 *
 * @param conceal - hides the credentials in use, should the server repeat them.
 * @see https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#error-codes
 */
export function answerError(
  errand: Errand,
  answer: FailedAnswer,
  options: { readonly conceal: (text: string) => string; readonly retryAfterMs?: number | undefined },
): RegistryError {
  const { status } = answer;
  const errors = specErrors(answer.body);
  const specCodes = errors.map((error) => foreignText(error.code, 60));
  const said = errors.length === 0 ? plainText(answer) : errors.slice(0, 3).map(specError).join('; ');
  const name = STATUS_CODES[status];
  const what = `${status}${name === undefined ? '' : ` ${name}`}${said === '' ? '' : ` (${options.conceal(said)})`}`;
  return errandError(codeOf(status, specCodes), errand, what, {
    status,
    specCodes,
    temporary: TEMPORARY.has(status),
    ...(options.retryAfterMs === undefined ? {} : { retryAfterMs: options.retryAfterMs }),
  });
}

const TEMPORARY: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);

function codeOf(status: number, specCodes: readonly string[]): RegistryErrorCode {
  if (status === 401) return 'REGISTRY_UNAUTHORIZED';
  if (status === 429 || specCodes.includes('TOOMANYREQUESTS')) return 'REGISTRY_TOO_MANY_REQUESTS';
  if (status === 405 || status === 501 || specCodes.includes('UNSUPPORTED')) return 'REGISTRY_UNSUPPORTED';
  if (status === 403) return 'REGISTRY_DENIED';
  if (status === 404) return 'REGISTRY_NOT_FOUND';
  if (status === 408) return 'REGISTRY_TIMEOUT';
  if (status >= 500) return 'REGISTRY_UNAVAILABLE';
  if (status >= 400) return 'REGISTRY_REFUSED';
  return 'REGISTRY_BAD_ANSWER';
}

const ErrorBody = z.object({
  errors: z.array(z.object({ code: z.string(), message: z.string().optional().catch(undefined) })),
});
type SpecError = z.infer<typeof ErrorBody>['errors'][number];

function specErrors(body: Uint8Array): readonly SpecError[] {
  try {
    const parsed = ErrorBody.safeParse(JSON.parse(Buffer.from(body).toString('utf8')));
    return parsed.success ? parsed.data.errors : [];
  } catch (error) {
    // Proxies answer in HTML, and a body that was cut is no JSON.
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}

function specError(error: SpecError): string {
  const message = foreignText(error.message ?? '', 300);
  return `${foreignText(error.code, 60)}${message === '' ? '' : `: ${message}`}`;
}

function plainText(answer: FailedAnswer): string {
  const isText = /^text\/plain\b|^application\/json\b/.test(answer.headers['content-type'] ?? '');
  return isText ? foreignText(Buffer.from(answer.body).toString('utf8'), 200) : '';
}

/** Text of a server on its way into a message: one line, no control characters, no tokens, capped. */
export function foreignText(text: string, maxLength: number): string {
  const oneLine = text
    .replace(/\b(Basic|Bearer)\s+[A-Za-z0-9._~+/=-]+/gi, '$1 ***')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not reach a terminal.
    .replace(/[\s\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]+/g, ' ')
    .trim();
  return oneLine.length > maxLength ? `${oneLine.slice(0, maxLength)}…` : oneLine;
}

const HARMLESS_PARAMETERS: ReadonlySet<string> = new Set(['n', 'last', 'digest', 'mount', 'from', 'service', 'scope']);

/** A URL for messages: without user and password, and without the values of parameters that may be secrets (signatures). */
export function redactUrl(text: string): string {
  if (readUrl(text) === undefined) return '(not a URL)';
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return '(not a URL)';
  url.username = '';
  url.password = '';
  url.hash = '';
  for (const name of new Set(url.searchParams.keys()))
    if (!HARMLESS_PARAMETERS.has(name)) url.searchParams.set(name, '***');
  return url.href.slice(0, 500);
}
