import type { Document } from './document.ts';
import { type ListKind, renderList } from './lists/list.ts';
import type { OutputFormat } from './output-format.ts';
import { isDocumentFormat } from './output-format.ts';
import type { Paint } from './paint.ts';
import { printable } from './printable.ts';
import { counted } from './words.ts';

/** What `doctor` found out about one thing. */
export interface Check {
  /** What was looked at: `registry registry.example:5000: delete`. */
  readonly name: string;
  readonly status: 'ok' | 'warn' | 'fail';
  readonly finding: string;
  /** One next step, where something is the matter. */
  readonly hint?: string;
}

/** Shows what `doctor` found. @returns lines, without line feeds. */
export function renderChecks(checks: readonly Check[], format: OutputFormat, paint: Paint): Iterable<string> {
  const verdict: Document = [['status', worstOf(checks)]];
  if (isDocumentFormat(format)) return renderList(listOf(paint), checks, format, paint, verdict);
  return withHints(checks, renderList(listOf(paint), checks, format, paint));
}

/** The worst status of all; `ok` when nothing was checked. */
export function worstOf(checks: readonly Check[]): Check['status'] {
  if (checks.some(({ status }) => status === 'fail')) return 'fail';
  return checks.some(({ status }) => status === 'warn') ? 'warn' : 'ok';
}

function listOf(paint: Paint): ListKind<Check> {
  const tints = { ok: paint.green, warn: paint.yellow, fail: paint.red };
  return {
    kind: 'DoctorReport',
    columns: [
      { title: 'STATUS', text: ({ status }) => status, paint: (cell, { status }) => tints[status](cell) },
      { title: 'CHECK', name: true, text: ({ name }) => name },
      { title: 'FINDING', text: ({ finding }) => finding },
    ],
    item: (check) => check,
    empty: 'Nothing was checked.',
  };
}

function* withHints(checks: readonly Check[], lines: Iterable<string>): Generator<string> {
  yield* lines;
  const hints = checks.filter(({ hint }) => hint !== undefined);
  if (hints.length > 0) yield '';
  for (const { name, hint } of hints) yield `- ${printable(name)}: ${printable(hint ?? '')}`;
  const count = (of: Check['status']) => checks.filter(({ status }) => status === of).length;
  yield '';
  yield `${counted(checks.length, 'check')}: ${count('ok')} ok, ${count('warn')} to look at, ${count('fail')} failed.`;
}
