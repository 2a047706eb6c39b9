/** A row as it came: a record of a database, a document of a list. */
export type RawRow = Readonly<Record<string, unknown>>;

/** Whether a row has a field, even if it is null. `name` is a key, else a path with dots into nested objects. */
export function hasField(row: unknown, name: string): boolean {
  return find(row, name).found;
}

/** The value of a field; undefined where the row has none. */
export function fieldOf(row: unknown, name: string): unknown {
  return find(row, name).value;
}

function find(row: unknown, name: string): { readonly found: boolean; readonly value?: unknown } {
  if (!isObject(row)) return { found: false };
  if (Object.hasOwn(row, name)) return { found: true, value: row[name] };
  const dot = name.indexOf('.');
  if (dot < 0 || !Object.hasOwn(row, name.slice(0, dot))) return { found: false };
  return find(row[name.slice(0, dot)], name.slice(dot + 1));
}

export function isObject(value: unknown): value is RawRow {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What a cell says: text, nothing (null, absent, empty, blank), or something that is not text for sure. */
export type Cell = { readonly text: string } | { readonly nothing: true } | { readonly bad: string };

/**
 * Reads a value as text. White space around it is cut off, as `CHAR(n)` columns pad theirs. Numbers are taken only where they are
 * surely what was written: JSON's `1.10` is no longer the tag `1.10`, and large integers have lost digits.
 */
export function cellOf(value: unknown): Cell {
  switch (typeof value) {
    case 'undefined':
      return { nothing: true };
    case 'string': {
      const text = value.trim();
      return text === '' ? { nothing: true } : { text };
    }
    case 'bigint':
    case 'boolean':
      return { text: String(value) };
    case 'number':
      if (Number.isSafeInteger(value)) return { text: String(value) };
      return { bad: 'a number that may have lost digits: make it text' };
    default:
      return value === null ? { nothing: true } : { bad: `${kindOf(value)}, not text` };
  }
}

function kindOf(value: unknown): string {
  if (value instanceof Date) return 'a date';
  if (value instanceof Uint8Array) return 'binary data';
  return Array.isArray(value) ? 'a list' : 'an object';
}

/** Foreign text for a message: in quotes, without control characters, at most 60 characters. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
