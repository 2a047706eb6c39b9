import { documentHead } from './document.ts';
import { mdCode, mdText } from './markdown.ts';
import { isDocumentFormat, type OutputFormat } from './output-format.ts';
import type { Paint } from './paint.ts';
import { printable } from './printable.ts';
import { renderDocument } from './render-document.ts';
import { counted } from './words.ts';

/** Something in the settings that is not as it should be. */
export interface ConfigProblem {
  /** Where it stands: a file, `--flag`, or the name of an environment variable. */
  readonly origin: string;
  /** From 1; only in files. */
  readonly line?: number;
  readonly column?: number;
  /** The field's path: `registries[0].url`. Empty for the whole document. */
  readonly field: string;
  /** The value as it was given, never a secret. */
  readonly value?: string;
  readonly problem: string;
  /** The next step: the nearest known key, an example of a good value. */
  readonly hint?: string;
}

/** `config check`: each problem with its place, or that all is well. @returns lines, without line feeds. */
export function renderConfigProblems(
  problems: readonly ConfigProblem[],
  origin: string,
  format: OutputFormat,
  paint: Paint,
): Iterable<string> {
  if (isDocumentFormat(format))
    return renderDocument(
      [...documentHead('ConfigCheck'), ['origin', origin], ['valid', problems.length === 0], ['problems', problems]],
      format,
    );
  if (problems.length === 0) return [`${format === 'markdown' ? mdCode(origin) : printable(origin)}: all is well`];
  return format === 'markdown' ? problemItems(problems) : problemLines(problems, paint);
}

function* problemLines(problems: readonly ConfigProblem[], paint: Paint): Generator<string> {
  for (const one of problems) {
    yield `${printable(placeOf(one))}: ${paint.red('error')}: ${printable(sentenceOf(one))}`;
    if (one.hint !== undefined) yield `    hint: ${printable(one.hint)}`;
  }
  yield counted(problems.length, 'problem');
}

function* problemItems(problems: readonly ConfigProblem[]): Generator<string> {
  for (const one of problems)
    yield `- ${mdCode(placeOf(one))}: ${mdText(sentenceOf(one))}${one.hint === undefined ? '' : ` (${mdText(one.hint)})`}`;
}

/** `winnow.yaml:12:3`: editors and terminals make a link of it. */
function placeOf({ origin, line, column }: ConfigProblem): string {
  return [origin, line, line === undefined ? undefined : column].filter((part) => part !== undefined).join(':');
}

function sentenceOf({ field, value, problem }: ConfigProblem): string {
  const where = field === '' ? '' : `${field}: `;
  return `${where}${value === undefined ? '' : `${JSON.stringify(value)}: `}${problem}`;
}
