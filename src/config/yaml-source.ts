import { type Document, isAlias, isMap, isNode, isScalar, isSeq, LineCounter, type Node, parseDocument, visit, type YAMLMap } from 'yaml';
import { messageOf } from '../util/pure/coded-error.ts';
import type { Path, Problem } from './problem.ts';

/** A settings file that was read: its value, and where each part of it stands. */
export interface YamlSource {
  readonly file: string;
  /** Undefined for an empty document, and for one that is not YAML. */
  readonly value: unknown;
  /** What the YAML itself has wrong; then `value` is undefined. */
  readonly problems: readonly Problem[];
  /** Whether something stands at the path. */
  has(path: Path): boolean;
  /** The place of a value, or of its key; where it is missing, of the nearest thing around it. Lines and columns count from 1. */
  placeOf(path: Path, of: 'value' | 'key'): { readonly line: number; readonly column: number };
}

/** Reads YAML 1.2 (and so JSON). Duplicate keys, unknown tags and more than one document are problems. */
export function readYaml(text: string, file: string): YamlSource {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const placeAt = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const problemAt = (offset: number, message: string, hint: string): Problem => ({
    origin: { from: 'file', file, ...placeAt(offset) },
    path: '',
    message,
    hint,
  });

  const problems = [
    ...[...document.errors, ...document.warnings].map(({ code, message, pos }) =>
      problemAt(pos[0], ...wordsFor(code, message)),
    ),
    ...aliasesWithoutAnchor(document).map(({ offset, name }) =>
      problemAt(offset, `there is no anchor &${name} before the alias *${name}`, 'define the anchor, or put the text in quotes'),
    ),
  ];
  const read = problems.length > 0 ? { problems } : valueOf(document, problemAt);
  return {
    file,
    value: undefined,
    ...read,
    has: (path) => find(document, path).depth === path.length,
    placeOf: (path, of) => placeAt(offsetOf(document, path, of)),
  };
}

function valueOf(
  document: Document.Parsed,
  problemAt: (offset: number, message: string, hint: string) => Problem,
): { readonly value?: unknown; readonly problems: readonly Problem[] } {
  try {
    return { value: document.toJS() as unknown, problems: [] };
  } catch (error) {
    // The parser's guard against aliases of aliases of aliases.
    if (!(error instanceof ReferenceError)) throw error;
    return { problems: [problemAt(0, `it cannot be read: ${messageOf(error)}`, 'write out what the aliases stand for')] };
  }
}

/** The parser's words, without what they quote from the document: that may be a secret. */
function wordsFor(code: string, message: string): readonly [message: string, hint: string] {
  switch (code) {
    case 'DUPLICATE_KEY':
      return ['this key stands here for the second time', 'keep one of them'];
    case 'MULTIPLE_DOCS':
      return ['a second document begins here', 'put all settings into one document'];
    case 'TAG_RESOLVE_FAILED':
      return ['this tag (!…) is not known', 'remove it, or put the text in quotes'];
    case 'TAB_AS_INDENT':
      return ['this line is indented with a tab', 'indent with spaces'];
    case 'BLOCK_AS_IMPLICIT_KEY':
      return ['a second `: ` stands in this line', 'put the value in quotes'];
    case 'BAD_SCALAR_START':
      return ['a value begins with a character that means something else in YAML', 'put the value in quotes'];
    default: {
      const said = message.replace(/:? ?"(?:[^"\\]|\\.)*"$/s, '').replace(/\s+/g, ' ');
      return [`this is not YAML: ${said}`, 'check indentation, quotes and brackets around here'];
    }
  }
}

function aliasesWithoutAnchor(document: Document.Parsed): readonly { readonly offset: number; readonly name: string }[] {
  const found: { offset: number; name: string }[] = [];
  visit(document, {
    Alias: (_, alias) => {
      if (alias.resolve(document) === undefined) found.push({ offset: alias.range?.[0] ?? 0, name: alias.source });
    },
  });
  return found;
}

interface Found {
  /** The last node on the way, and the key that led to it. */
  readonly node: Node | undefined;
  readonly key: Node | undefined;
  /** How many parts of the path were found. */
  readonly depth: number;
}

function find(document: Document.Parsed, path: Path): Found {
  let found: Found = { node: document.contents ?? undefined, key: undefined, depth: 0 };
  for (const part of path) {
    const here = isAlias(found.node) ? found.node.resolve(document) : found.node;
    const next = typeof part === 'number' ? itemOf(here, part) : entryOf(here, part);
    if (next === undefined) break;
    found = { ...next, depth: found.depth + 1 };
  }
  return found;
}

function itemOf(node: unknown, index: number): Pick<Found, 'node' | 'key'> | undefined {
  const item = isSeq(node) ? node.items[index] : undefined;
  return isNode(item) ? { node: item, key: undefined } : undefined;
}

function entryOf(node: unknown, name: string): Pick<Found, 'node' | 'key'> | undefined {
  const pair = isMap(node) ? (node as YAMLMap).items.find(({ key }) => isScalar(key) && String(key.value) === name) : undefined;
  if (pair === undefined) return undefined;
  return { node: isNode(pair.value) ? pair.value : undefined, key: isNode(pair.key) ? pair.key : undefined };
}

function offsetOf(document: Document.Parsed, path: Path, of: 'value' | 'key'): number {
  const { node, key, depth } = find(document, path);
  const isWhole = depth === path.length;
  const isEmpty = isScalar(node) && node.value === null && node.source === '';
  const wanted = of === 'value' && isWhole && !isEmpty ? (node ?? key) : (key ?? node);
  return wanted?.range?.[0] ?? 0;
}
