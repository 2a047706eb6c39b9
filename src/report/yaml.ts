import { type Document, isList } from './document.ts';

/**
 * The same document as JSON, in YAML's block style. It streams, which libraries do not, and writes only the YAML that versions
 * 1.1 and 1.2 read alike: a text that either could take for something else stands in quotes, escaped as in JSON.
 *
 * @returns lines, without line feeds.
 * @see https://yaml.org/spec/1.2.2/#732-single-quoted-style
 */
export function* yamlLines(document: Document): Generator<string> {
  for (const [name, value] of document) if (value !== undefined) yield* entryLines(name, value);
}

function* entryLines(name: string, value: unknown): Generator<string> {
  const key = scalar(name);
  let isInline = true;
  for (const line of valueLines(value)) {
    if (line.isScalar) {
      yield `${key}: ${line.text}`;
      return;
    }
    if (isInline) yield `${key}:`;
    isInline = false;
    yield `  ${line.text}`;
  }
}

interface Line {
  readonly text: string;
  /** The whole value is this line: it can stand behind its key. */
  readonly isScalar: boolean;
}

function* valueLines(value: unknown): Generator<Line> {
  if (isList(value)) yield* listLines(value);
  else if (typeof value === 'object' && value !== null) yield* mapLines(value);
  else yield { text: scalar(value), isScalar: true };
}

function* listLines(list: Iterable<unknown>): Generator<Line> {
  let isEmpty = true;
  for (const item of list) {
    isEmpty = false;
    let lead = '- ';
    for (const { text } of valueLines(item)) {
      yield { text: lead + text, isScalar: false };
      lead = '  ';
    }
  }
  if (isEmpty) yield { text: '[]', isScalar: true };
}

function* mapLines(map: object): Generator<Line> {
  let isEmpty = true;
  for (const [name, value] of Object.entries(map)) {
    if (value === undefined) continue;
    isEmpty = false;
    for (const text of entryLines(name, value)) yield { text, isScalar: false };
  }
  if (isEmpty) yield { text: '{}', isScalar: true };
}

/** Begins with a letter; then what means nothing to YAML inside a line, single spaces, and colons with a letter or digit behind. */
const PLAIN = /^[A-Za-z_](?:[\w\-./@+=;()%]| (?=[\w\-./@+=;()%])|:(?=[\w/])|,(?= ))*$/;
/** Words that are no texts in YAML 1.1 or 1.2. */
const RESERVED = /^(?:null|true|false|yes|no|on|off|y|n)$/i;

function scalar(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value) ?? 'null';
  return PLAIN.test(value) && !RESERVED.test(value) ? value : JSON.stringify(value);
}
