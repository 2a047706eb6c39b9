/** The error codes of the distribution spec, and Distribution's own `UNKNOWN` and `PAGINATION_NUMBER_INVALID`. */
export type SpecCode =
  | 'BLOB_UNKNOWN'
  | 'BLOB_UPLOAD_INVALID'
  | 'BLOB_UPLOAD_UNKNOWN'
  | 'DIGEST_INVALID'
  | 'MANIFEST_BLOB_UNKNOWN'
  | 'MANIFEST_INVALID'
  | 'MANIFEST_UNKNOWN'
  | 'NAME_INVALID'
  | 'NAME_UNKNOWN'
  | 'PAGINATION_NUMBER_INVALID'
  | 'TAG_INVALID'
  | 'UNAUTHORIZED'
  | 'UNKNOWN'
  | 'UNSUPPORTED';

/** One entry of an error answer. @see https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#error-codes */
export interface SpecError {
  readonly code: SpecCode;
  readonly message: string;
  readonly detail?: unknown;
}

/** A request is not done, and this is the answer to it. It is for the client at the other end, not for Winnow's user. */
export class Refusal extends Error {
  readonly status: number;
  readonly errors: readonly SpecError[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    errors: SpecError | readonly SpecError[],
    headers: Readonly<Record<string, string>> = {},
  ) {
    const list: readonly SpecError[] = Array.isArray(errors) ? errors : [errors];
    super(list.map(({ code, message }) => `${code}: ${message}`).join('; '));
    this.status = status;
    this.errors = list;
    this.headers = headers;
  }
}
