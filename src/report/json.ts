import { type Document, isList } from './document.ts';
import { jsonText } from './json-text.ts';

/**
 * One JSON object, for programs and for `grep`: each field on a line of its own, each item of a list too.
 *
 * @returns lines, without line feeds.
 */
export function* jsonLines(document: Document): Generator<string> {
  yield '{';
  yield* separated(fieldsOf(document));
  yield '}';
}

function* fieldsOf(document: Document): Generator<Iterable<string>> {
  for (const [name, value] of document) if (value !== undefined) yield fieldLines(name, value);
}

function* fieldLines(name: string, value: unknown): Generator<string> {
  const key = `  ${jsonText(name)}: `;
  if (!isList(value)) {
    yield key + jsonText(value);
    return;
  }
  let held: string | undefined;
  for (const item of value) {
    yield held === undefined ? `${key}[` : `${held},`;
    held = `    ${jsonText(item)}`;
  }
  if (held !== undefined) yield held;
  yield held === undefined ? `${key}[]` : '  ]';
}

/** Puts a comma behind the last line of every part but the last. Holds back one line. */
function* separated(parts: Iterable<Iterable<string>>): Generator<string> {
  let held: string | undefined;
  for (const part of parts) {
    if (held !== undefined) held += ',';
    for (const line of part) {
      if (held !== undefined) yield held;
      held = line;
    }
  }
  if (held !== undefined) yield held;
}
