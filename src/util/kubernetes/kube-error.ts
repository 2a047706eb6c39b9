/**
 * What asking a cluster ended with:
 * - `settings`: the kubeconfig is none, or has no such context: a user's mistake, found before anything was asked.
 * - `login`: no credential could be had, from a file or a plugin.
 * - `unreachable`: no answer, also after repeated attempts.
 * - `refused`: an answer with a status of 400 or more.
 * - `malformed`: an answer that is not what was asked for, or was cut.
 * - `too-large`: an answer larger than its limit.
 */
export type KubeFailure = 'settings' | 'login' | 'unreachable' | 'refused' | 'malformed' | 'too-large';

/** A failure of a cluster's API, or of the way to it. Rooms turn it into an error with a code of their own, or into a gap. */
export class KubeError extends Error {
  readonly failure: KubeFailure;
  /** Of `refused`. */
  readonly status: number | undefined;
  /** The word that the API server gives besides: `Forbidden`, `Expired`, `Conflict`. */
  readonly reason: string | undefined;
  /** How long the server wants to be left alone. */
  readonly retryAfterMs: number | undefined;

  constructor(
    failure: KubeFailure,
    message: string,
    more: {
      readonly status?: number;
      readonly reason?: string | undefined;
      readonly retryAfterMs?: number | undefined;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = 'KubeError';
    this.failure = failure;
    this.status = more.status;
    this.reason = more.reason;
    this.retryAfterMs = more.retryAfterMs;
  }
}

const MAX_TEXT = 300;

/** An answer whose status is a failure. @param doing - `GET https://api.example:6443/api/v1/pods` */
export function refusedError(
  doing: string,
  status: number,
  headers: Readonly<Record<string, string | string[] | undefined>>,
  body: string,
): KubeError {
  const { message, reason } = statusIn(body);
  const seconds = /^\d{1,9}$/.exec(String(headers['retry-after'] ?? ''))?.[0];
  return new KubeError('refused', `${doing}: ${status} ${message}`.trimEnd(), {
    status,
    reason,
    retryAfterMs: seconds === undefined ? undefined : Number(seconds) * 1000,
  });
}

/** Text from elsewhere on its way into a message: one line, no tokens, capped. */
export function foreignText(text: string): string {
  const oneLine = text
    .replace(/\b(Basic|Bearer)\s+[A-Za-z0-9._~+/=-]+/gi, '$1 ***')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not reach a terminal.
    .replace(/[\s\u0000-\u001f\u007f-\u009f]+/g, ' ')
    .trim();
  return oneLine.length > MAX_TEXT ? `${oneLine.slice(0, MAX_TEXT)}…` : oneLine;
}

/** The words of the API server's Status object. */
function statusIn(body: string): { readonly message: string; readonly reason?: string } {
  try {
    const { message, reason } = JSON.parse(body) as { message?: unknown; reason?: unknown };
    if (typeof message === 'string')
      return { message: foreignText(message), ...(typeof reason === 'string' ? { reason: foreignText(reason) } : {}) };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error; // proxies answer in HTML
  }
  return { message: foreignText(body) };
}
