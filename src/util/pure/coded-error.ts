/**
 * The error that a user can meet: something outside Winnow's own code is not as it should be.
 * A plain `Error` is a bug of ours.
 *
 * - `code`: stable, upper case, listed in `docs/errors.md`.
 * - `message`: what was being done, to what, and what came back, in that order. Never a credential.
 * - `hint`: one next step.
 */
export class CodedError<Code extends string = string> extends Error {
  readonly code: Code;
  readonly hint: string | undefined;

  constructor(code: Code, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'CodedError';
    this.code = code;
    this.hint = options.hint;
  }
}

/** The message of anything thrown, on one line. */
export function messageOf(thrown: unknown): string {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return message.replace(/\s+/g, ' ').trim();
}
