/** Any thing of the API, as JSON. What lies in the store is never changed in place: a change is a new object. */
export interface ApiObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: ApiMetadata;
  // biome-ignore lint/suspicious/noExplicitAny: tests write and read objects of every kind.
  readonly [field: string]: any;
}

export interface ApiMetadata {
  readonly name?: string;
  readonly generateName?: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string | null;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

/** What the server refuses with: an HTTP status and the words of its Status object. */
export class Refusal extends Error {
  readonly status: number;
  readonly reason: string;
  /** Goes into the Status as it is: `{metadata: {continue: …}}`. */
  readonly more: Readonly<Record<string, unknown>>;

  constructor(status: number, reason: string, message: string, more: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.status = status;
    this.reason = reason;
    this.more = more;
  }
}

export const notFound = (resource: string, name: string) =>
  new Refusal(404, 'NotFound', `${resource} ${JSON.stringify(name)} not found`);

export const badRequest = (message: string) => new Refusal(400, 'BadRequest', message);

/** @see https://github.com/kubernetes/apimachinery/blob/v0.32.0/pkg/apis/meta/v1/types.go (Status) */
export function statusOf(refusal: Refusal): ApiObject {
  const { status: code, reason, message, more } = refusal;
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code, ...more };
}
