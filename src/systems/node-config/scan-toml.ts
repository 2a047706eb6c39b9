import { NotUnderstood } from './not-understood.ts';

/*
 * As much of TOML as it takes to find a table and a key, and to be sure of it:
 *
 *   # a comment                          [plugins."io.containerd.grpc.v1.cri".containerd]   a table
 *   key = value # a comment              [[stream_processors]]                              one of a list of tables
 *   a.'b c'.d = [ "over",                """strings over lines""", '''and such'''
 *     "lines" ]
 *
 * Values are not read, only where they begin and end. What fits nowhere is not understood.
 */

export interface TomlTable {
  readonly path: readonly string[];
  /** `[[…]]`. */
  readonly isList: boolean;
  /** Offset of the first character after its line. */
  readonly endsAt: number;
  readonly indent: string;
}

export interface TomlKey {
  /** With the path of its table. */
  readonly path: readonly string[];
  /** Of how many parts its name is written: `a.b = 1` has two, and makes a table `a`. */
  readonly partCount: number;
  readonly indent: string;
  /** The value as it is written, without what surrounds it. */
  readonly value: string;
  readonly valueFrom: number;
  readonly valueTo: number;
}

export interface TomlOutline {
  readonly tables: readonly TomlTable[];
  readonly keys: readonly TomlKey[];
}

const BARE = /[A-Za-z0-9_-]+/y;
const BLANK = /[ \t]*/y;
const REST = /[ \t]*(?:#[^\r\n]*)?(?:\r?\n|$)/y;

/** Where tables and keys stand in a TOML text. @throws NotUnderstood */
export function scanToml(text: string): TomlOutline {
  const tables: TomlTable[] = [];
  const keys: TomlKey[] = [];
  let table: readonly string[] = [];
  let at = 0;
  while (at < text.length) {
    const blank = match(REST, text, at);
    if (blank !== undefined) {
      at += blank.length;
      continue;
    }
    const indent = match(BLANK, text, at) ?? '';
    const from = at + indent.length;
    if (text[from] === '[') {
      const found = readHeader(text, from);
      table = found.path;
      at = found.endsAt;
      tables.push({ ...found, indent });
      continue;
    }
    const name = readPath(text, from);
    if (text[name.to] !== '=') throw misplaced(text, name.to);
    const valueFrom = name.to + 1 + (match(BLANK, text, name.to + 1) ?? '').length;
    const valueTo = endOfValue(text, valueFrom);
    const rest = match(REST, text, valueTo);
    if (rest === undefined) throw misplaced(text, valueTo);
    keys.push({
      ...{ path: [...table, ...name.path], partCount: name.path.length, indent },
      ...{ value: text.slice(valueFrom, valueTo), valueFrom, valueTo },
    });
    at = valueTo + rest.length;
  }
  return { tables, keys };
}

function readHeader(text: string, from: number): Omit<TomlTable, 'indent'> {
  const isList = text[from + 1] === '[';
  const { path, to } = readPath(text, from + (isList ? 2 : 1));
  const close = isList ? ']]' : ']';
  if (!text.startsWith(close, to)) throw misplaced(text, to);
  const rest = match(REST, text, to + close.length);
  if (rest === undefined) throw misplaced(text, to + close.length);
  return { path, isList, endsAt: to + close.length + rest.length };
}

/** `a."b.c".'d'`. @returns its parts, and the offset of what comes after it and its blanks. */
function readPath(text: string, from: number): { readonly path: readonly string[]; readonly to: number } {
  const path: string[] = [];
  let at = from;
  for (;;) {
    at += (match(BLANK, text, at) ?? '').length;
    const quote = text[at];
    if (quote === '"' || quote === "'") {
      const end = endOfString(text, at, quote);
      const inside = text.slice(at + 1, end - 1);
      if (quote === '"' && inside.includes('\\')) throw misplaced(text, at);
      path.push(inside);
      at = end;
    } else {
      const bare = match(BARE, text, at);
      if (bare === undefined) throw misplaced(text, at);
      path.push(bare);
      at += bare.length;
    }
    at += (match(BLANK, text, at) ?? '').length;
    if (text[at] !== '.') return { path, to: at };
    at += 1;
  }
}

/** The offset after a value: of brackets, the one after the last that closes. */
function endOfValue(text: string, from: number): number {
  const open: string[] = [];
  let at = from;
  while (at < text.length) {
    const char = text[at] ?? '';
    if (char === '"' || char === "'") {
      const tripled = char.repeat(3);
      at = endOfString(text, at, text.startsWith(tripled, at) ? tripled : char);
    } else if (char === '[' || char === '{') {
      open.push(char === '[' ? ']' : '}');
      at += 1;
    } else if (char === ']' || char === '}') {
      if (open.pop() !== char) throw misplaced(text, at);
      at += 1;
    } else if (char === '#' && open.length > 0) at = endOfLine(text, at);
    else if (open.length === 0 && /[\s#,]/.test(char)) throw misplaced(text, at);
    else if (open.length > 0) at += 1;
    else at += (match(/[^\s#,"'[\]{}=]+/y, text, at) ?? raise(misplaced(text, at))).length;
    if (open.length === 0) return at;
  }
  throw misplaced(text, from);
}

function endOfString(text: string, from: number, quote: string): number {
  let at = from + quote.length;
  while (at < text.length) {
    if (text.startsWith(quote, at)) return at + quote.length;
    if (quote.length === 1 && text[at] === '\n') break;
    at += quote.startsWith('"') && text[at] === '\\' ? 2 : 1;
  }
  throw misplaced(text, from);
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}

function match(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

function misplaced(text: string, at: number): NotUnderstood {
  const line = text.slice(0, at).split('\n').length;
  return new NotUnderstood(`line ${line} is not understood`);
}

function raise(error: Error): never {
  throw error;
}
