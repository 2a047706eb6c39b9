import { NotUnderstood } from './not-understood.ts';
import { scanToml, type TomlOutline } from './scan-toml.ts';

/** The value of a key as it is written; undefined where it is not there. @throws NotUnderstood where it is there twice */
export function tomlValue(outline: TomlOutline, path: readonly string[]): string | undefined {
  const found = outline.keys.filter((key) => samePath(key.path, path));
  if (found.length > 1) throw new NotUnderstood(`${words(path)} is set twice`);
  return found[0]?.value;
}

/** Whether a table is there, by its own line, or since one below it is. */
export function hasTable(outline: TomlOutline, path: readonly string[]): boolean {
  return outline.tables.some((table) => startsWith(table.path, path));
}

/**
 * Sets one key of a table, and leaves every other character as it is. The table is made at the end where it is not there: a table may stand
 * only once.
 *
 * @param value - as TOML writes it.
 * @throws NotUnderstood where the place is not certain
 */
export function setTomlValue(text: string, table: readonly string[], key: string, value: string): string {
  const outline = scanToml(text);
  const path = [...table, key];
  const after = withValue(text, outline, table, key, value);
  checkOnlyThisChanged(outline, scanToml(after), path, value);
  return after;
}

function withValue(text: string, outline: TomlOutline, table: readonly string[], key: string, value: string): string {
  const path = [...table, key];
  const there = outline.keys.filter((one) => samePath(one.path, path));
  if (there.length > 1) throw new NotUnderstood(`${words(path)} is set twice`);
  const [one] = there;
  if (one !== undefined) return text.slice(0, one.valueFrom) + value + text.slice(one.valueTo);
  requireTableLines(outline, table);
  const feed = text.includes('\r\n') ? '\r\n' : '\n';
  const headers = outline.tables.filter((header) => samePath(header.path, table));
  if (headers.length > 1) throw new NotUnderstood(`the table ${words(table)} stands there twice`);
  const [header] = headers;
  const closed = text === '' || text.endsWith('\n') ? text : text + feed;
  if (header === undefined)
    return `${closed}${text.trim() === '' ? '' : feed}[${words(table)}]${feed}  ${key} = ${value}${feed}`;
  const sibling = outline.keys.find((other) => samePath(other.path.slice(0, -1), table) && other.partCount === 1);
  const endsAt = Math.min(header.endsAt + (closed.length - text.length), closed.length);
  const from = header.endsAt === text.length ? endsAt : header.endsAt;
  return `${closed.slice(0, from)}${sibling?.indent ?? `${header.indent}  `}${key} = ${value}${feed}${closed.slice(from)}`;
}

/** Tables that are written otherwise than with a line of their own (`a = { … }`, `a.b = 1`, `[[a]]`) can not be added to. */
function requireTableLines(outline: TomlOutline, table: readonly string[]): void {
  const inline = outline.keys.find(({ path }) => startsWith(table, path));
  if (inline !== undefined) throw new NotUnderstood(`${words(inline.path)} is written on one line`);
  const dotted = outline.keys.find(
    ({ path, partCount }) => partCount > 1 && startsWith(table, path.slice(0, path.length - partCount + 1)),
  );
  if (dotted !== undefined) throw new NotUnderstood(`${words(dotted.path)} is written with dots`);
  const list = outline.tables.find(({ path, isList }) => isList && startsWith(table, path));
  if (list !== undefined) throw new NotUnderstood(`${words(list.path)} is a list of tables`);
}

function checkOnlyThisChanged(before: TomlOutline, after: TomlOutline, path: readonly string[], value: string): void {
  const others = ({ keys }: TomlOutline) =>
    JSON.stringify(keys.filter((key) => !samePath(key.path, path)).map((key) => [key.path, key.value]));
  const lost = before.tables.filter((table) => !after.tables.some((other) => samePath(other.path, table.path)));
  if (others(before) !== others(after) || tomlValue(after, path) !== value || lost.length > 0)
    throw new NotUnderstood('changing it would change something else, too');
}

function startsWith(path: readonly string[], start: readonly string[]): boolean {
  return start.length <= path.length && start.every((part, n) => part === path[n]);
}

function samePath(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && startsWith(a, b);
}

/** `plugins."io.containerd.grpc.v1.cri".containerd`. */
function words(path: readonly string[]): string {
  return path.map((part) => (/^[A-Za-z0-9_-]+$/.test(part) ? part : `"${part}"`)).join('.');
}
