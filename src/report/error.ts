import { CodedError, messageOf } from '../util/pure/coded-error.ts';
import { reportErrors } from './errors.ts';
import { isDocumentFormat, type OutputFormat } from './output-format.ts';
import type { Paint } from './paint.ts';
import { printable } from './printable.ts';
import { renderDocument } from './render-document.ts';

/** An error for programs. */
export interface ErrorDocument {
  /** As `docs/errors.md` lists it; `INTERNAL` for what is no coded error: a bug of ours. */
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
}

export function errorDocument(thrown: unknown): ErrorDocument {
  if (thrown instanceof CodedError) return { code: thrown.code, message: thrown.message, hint: thrown.hint ?? null };
  return {
    code: 'INTERNAL',
    message: messageOf(thrown) || 'something was thrown that says nothing',
    hint: reportErrors.INTERNAL.hint,
  };
}

/**
 * An error, wherever it is shown: `error: message`, then `hint:`; with `-o json` or `yaml` an object `{error: {code, message, hint}}`.
 *
 * @returns lines, without line feeds.
 */
export function* renderError(thrown: unknown, format: OutputFormat, paint: Paint): Generator<string> {
  const error = errorDocument(thrown);
  if (isDocumentFormat(format)) {
    yield* renderDocument([['error', error]], format);
    return;
  }
  const what = error.code === 'INTERNAL' ? 'internal error' : 'error';
  yield `${paint.red(`${what}:`)} ${printable(error.message)} (${error.code})`;
  if (error.hint !== null) yield `${paint.bold('hint:')} ${printable(error.hint)}`;
}
