import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type YAMLMap,
} from 'yaml';
import type { Path, Problem } from './problem.ts';
import { type YamlFault, yamlFaults } from './yaml-faults.ts';

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

/** Reads YAML 1.2 (and so JSON). */
export function readYaml(text: string, file: string): YamlSource {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const placeAt = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const { value, faults } = readValue(document);
  return {
    file,
    value,
    problems: faults.map(({ offset, message, hint }) => ({
      origin: { from: 'file', file, ...placeAt(offset) },
      path: '',
      message,
      hint,
    })),
    has: (path) => find(document, path).depth === path.length,
    placeOf: (path, of) => placeAt(offsetOf(document, path, of)),
  };
}

function readValue(document: Document.Parsed): { readonly value: unknown; readonly faults: readonly YamlFault[] } {
  const faults = yamlFaults(document);
  if (faults.length > 0) return { value: undefined, faults };
  const hint = 'write out what the aliases stand for';
  try {
    // By way of text: what two aliases stand for becomes two values, of which a variable may change one.
    const text = JSON.stringify(document.toJS());
    return { value: text === undefined ? undefined : JSON.parse(text), faults };
  } catch (error) {
    if (error instanceof ReferenceError)
      return { value: undefined, faults: [{ offset: 0, message: 'its aliases stand for far too much', hint }] };
    if (error instanceof TypeError)
      return {
        value: undefined,
        faults: [{ offset: 0, message: 'an alias stands inside of what it stands for', hint }],
      };
    throw error;
  }
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
  const pair = isMap(node)
    ? (node as YAMLMap).items.find(({ key }) => isScalar(key) && String(key.value) === name)
    : undefined;
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
