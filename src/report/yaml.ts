import { type Document, isList } from './document.ts';
import { jsonText } from './json-text.ts';

/**
 * The same document as JSON, in YAML's block style. It streams, which libraries do not, and writes only the YAML that versions
 * 1.1 and 1.2 read alike: a text that either could take for something else stands in quotes, escaped as in JSON.
 *
 * @returns lines, without line feeds.
 * @see https://yaml.org/spec/1.2.2/#731-double-quoted-style
 */
export function* yamlLines(document: Document): Generator<string> {
  for (const [name, value] of document) {
    if (value === undefined) continue;
    if (isList(value)) yield* listField(name, value);
    else yield* linesOf((lines) => putEntry(lines, '', name, value));
  }
}

function* listField(name: string, list: Iterable<unknown>): Generator<string> {
  let isEmpty = true;
  for (const item of list) {
    if (isEmpty) yield `${scalar(name)}:`;
    isEmpty = false;
    yield* linesOf((lines) => putItem(lines, '  ', item));
  }
  if (isEmpty) yield `${scalar(name)}: []`;
}

function linesOf(put: (lines: string[]) => void): readonly string[] {
  const lines: string[] = [];
  put(lines);
  return lines;
}

function putEntry(lines: string[], indent: string, name: string, value: unknown): void {
  const short = inline(value);
  lines.push(`${indent}${scalar(name)}:${short === undefined ? '' : ` ${short}`}`);
  if (short === undefined) putBlock(lines, `${indent}  `, value as object);
}

function putItem(lines: string[], indent: string, value: unknown): void {
  const short = inline(value);
  if (short !== undefined) {
    lines.push(`${indent}- ${short}`);
    return;
  }
  const first = lines.length;
  putBlock(lines, `${indent}  `, value as object);
  lines[first] = `${indent}- ${lines[first]?.slice(indent.length + 2)}`;
}

function putBlock(lines: string[], indent: string, value: object): void {
  if (Array.isArray(value)) for (const item of value) putItem(lines, indent, item);
  else for (const [name, one] of Object.entries(value)) if (one !== undefined) putEntry(lines, indent, name, one);
}

/** What stands on the line of its key: all but lists and maps with something in them. */
function inline(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return scalar(value);
  if (Array.isArray(value)) return value.length === 0 ? '[]' : undefined;
  return Object.values(value).every((one) => one === undefined) ? '{}' : undefined;
}

/** Begins with a letter; then what means nothing to YAML inside a line, single spaces, and colons with a letter or digit behind. */
const PLAIN = /^[A-Za-z_](?:[\w\-./@+=;()%]| (?=[\w\-./@+=;()%])|:(?=[\w/])|,(?= ))*$/;
/** Words that are no texts in YAML 1.1 or 1.2. */
const RESERVED = /^(?:null|true|false|yes|no|on|off|y|n)$/i;

function scalar(value: unknown): string {
  if (typeof value !== 'string') return jsonText(value);
  return PLAIN.test(value) && !RESERVED.test(value) ? value : jsonText(value);
}
