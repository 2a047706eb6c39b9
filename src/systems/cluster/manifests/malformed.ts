import { type CodedError, messageOf } from '../../../util/pure/coded-error.ts';
import { type ClusterErrorCode, clusterFailure } from '../errors.ts';

/** A file can't be read from a line on, from 1. */
export function malformed(
  path: string,
  line: number | undefined,
  what: string,
  text: string,
): CodedError<ClusterErrorCode> {
  const where = line === undefined ? path : `${path}, line ${line}`;
  return clusterFailure(
    'CLUSTER_OBJECT_MALFORMED',
    `reading ${where}: ${what}`,
    isTemplate(text) ? { hint: TEMPLATE } : {},
  );
}

const TEMPLATE =
  'it looks like a template: give what `helm template` makes of it, and name the folder of templates in .winnowignore';

function isTemplate(text: string): boolean {
  return /\{\{-?[^}]*\}\}/.test(text);
}

/** The same, of JSON that begins at a line. */
export function malformedAt(
  path: string,
  firstLine: number,
  text: string,
  error: unknown,
): CodedError<ClusterErrorCode> {
  const message = messageOf(error);
  const [, position] = /at position (\d+)/.exec(message) ?? [];
  // Where it ends too early, no position is told.
  const before = text.slice(0, position === undefined ? text.length : Number(position));
  const line = firstLine + (before.match(/\n/g)?.length ?? 0);
  return malformed(path, line, message.replace(/ \(line \d+ column \d+\)$/, '').replace(/ at position \d+$/, ''), text);
}
