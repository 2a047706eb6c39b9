import { type Digest, isDigest } from '../../oci/digest.ts';
import { isRepository, isTag } from '../../oci/reference.ts';
import { type Cell, cellOf, fieldOf, hasField, isObject, quote, type RawRow } from './field.ts';
import type { Field, ResolvedMapping } from './mapping.ts';

/** What the owner says of a record. `unknown`: a word in neither list, or none. */
export type Verdict = 'active' | 'inactive' | 'unknown';

/** What is wrong with a row, and how far what it hides may reach: to what it names, into its repository, or anywhere. */
export interface Flaw {
  readonly why: string;
  readonly reach: 'named' | 'repository' | 'anywhere';
  readonly hint?: string;
}

/** A row as far as it could be read. */
export interface ReadRow {
  readonly id: string | undefined;
  readonly repository: string | undefined;
  readonly tag: string | undefined;
  readonly digest: Digest | undefined;
  readonly verdict: Verdict;
  /** The status for messages: `active`, or in quotes where it is unknown; undefined where there is none. */
  readonly status: string | undefined;
  /** The one that reaches widest. */
  readonly flaw: Flaw | undefined;
}

const MAX_ID_LENGTH = 512;
const widestFirst = ['anywhere', 'repository', 'named'] as const;
const NOTHING: Cell = { nothing: true };

const unreadable: ReadRow = {
  ...{ id: undefined, repository: undefined, tag: undefined, digest: undefined, verdict: 'unknown', status: undefined },
  flaw: { why: 'it is not a record with fields', reach: 'anywhere' },
};

/** Reads a row. It never throws: what can't be read for sure is a flaw. */
export function readRow(row: unknown, mapping: ResolvedMapping, registryHost: string): ReadRow {
  if (!isObject(row)) return unreadable;
  const cells = {
    tag: cellIn(row, 'tag', mapping),
    digest: cellIn(row, 'digest', mapping),
  };
  const flaws: Flaw[] = [];
  const repository = readRepository(cellIn(row, 'repository', mapping), registryHost, flaws);
  const inside = repository === undefined ? 'anywhere' : 'repository';
  const tag = readName(cells.tag, 'tag', isTag, inside, flaws);
  const digest = readName(cells.digest, 'digest', isDigest, inside, flaws) as Digest | undefined;
  const made = nameOf(repository, tag, digest);
  const id = readId(idCell(row, mapping), made, inside, flaws);
  const { verdict, status } = readStatus(cellIn(row, 'status', mapping), mapping);
  if (verdict !== 'inactive' && made === undefined && flaws.length === 0) {
    const absent = absence('text' in cells.tag || 'text' in cells.digest, repository);
    if (absent !== undefined) flaws.push(absent);
  }
  return { id, repository, tag, digest, verdict, status, flaw: widest(flaws) };
}

function cellIn(row: RawRow, field: Field, mapping: ResolvedMapping): Cell {
  const column = mapping.columns[field];
  return column === undefined ? NOTHING : cellOf(fieldOf(row, column));
}

/** @returns undefined where rows have no ids at all: then what the row names is its id */
function idCell(row: RawRow, mapping: ResolvedMapping): Cell | undefined {
  const column = mapping.columns.id;
  if (column === undefined) return undefined;
  return mapping.declared.has('id') || hasField(row, column) ? cellOf(fieldOf(row, column)) : undefined;
}

function widest(flaws: readonly Flaw[]): Flaw | undefined {
  if (flaws.length < 2) return flaws[0];
  const reach = widestFirst.find((one) => flaws.some((flaw) => flaw.reach === one));
  return flaws.find((flaw) => flaw.reach === reach);
}

/** `repository:tag`, else `repository@digest`; undefined where the row names neither. */
function nameOf(
  repository: string | undefined,
  tag: string | undefined,
  digest: string | undefined,
): string | undefined {
  if (repository === undefined) return undefined;
  if (tag !== undefined) return `${repository}:${tag}`;
  return digest === undefined ? undefined : `${repository}@${digest}`;
}

function readRepository(cell: Cell, registryHost: string, flaws: Flaw[]): string | undefined {
  if ('bad' in cell) flaws.push({ why: `its repository is ${cell.bad}`, reach: 'anywhere' });
  if (!('text' in cell)) return undefined;
  const prefix = `${registryHost}/`;
  const repository = cell.text.startsWith(prefix) ? cell.text.slice(prefix.length) : cell.text;
  if (isRepository(repository)) return repository;
  flaws.push({ why: `${quote(cell.text)} is not a repository name`, reach: 'anywhere' });
  return undefined;
}

function readName(
  cell: Cell,
  what: 'tag' | 'digest',
  isOne: (text: string) => boolean,
  reach: Flaw['reach'],
  flaws: Flaw[],
): string | undefined {
  if ('text' in cell && isOne(cell.text)) return cell.text;
  if ('text' in cell) flaws.push({ why: `${quote(cell.text)} is not a ${what}`, reach });
  if ('bad' in cell) flaws.push({ why: `its ${what} is ${cell.bad}`, reach });
  return undefined;
}

function readId(
  cell: Cell | undefined,
  made: string | undefined,
  inside: Flaw['reach'],
  flaws: Flaw[],
): string | undefined {
  if (cell !== undefined && 'text' in cell && cell.text.length <= MAX_ID_LENGTH) return cell.text;
  const reach = made === undefined ? inside : 'named';
  if (cell === undefined) {
    if (made === undefined) flaws.push({ why: 'it has no id, and names neither a tag nor a digest', reach });
  } else if ('bad' in cell) flaws.push({ why: `its id is ${cell.bad}`, reach });
  else if ('text' in cell) flaws.push({ why: `its id is longer than ${MAX_ID_LENGTH} characters`, reach });
  else flaws.push({ why: 'its id is empty', reach });
  return made;
}

function readStatus(cell: Cell, mapping: ResolvedMapping): { readonly verdict: Verdict; readonly status?: string } {
  if ('bad' in cell) return { verdict: 'unknown', status: `(${cell.bad})` };
  if ('nothing' in cell) return { verdict: 'unknown' };
  const { text } = cell;
  if (mapping.active.has(text)) return { verdict: 'active', status: text };
  if (mapping.inactive.has(text)) return { verdict: 'inactive', status: text };
  return { verdict: 'unknown', status: quote(text) };
}

/** What a row in use leaves unsaid. A record that names nothing at all is whole: its tags are found by its id. */
function absence(namesPart: boolean, repository: string | undefined): Flaw | undefined {
  if (repository !== undefined) {
    const hint =
      'Fill in the tag; or, if tags are found by the id of their record, have the repository not read: repository=';
    return { why: 'it names a repository but neither a tag nor a digest', reach: 'repository', hint };
  }
  return namesPart ? { why: 'it names a tag or a digest but no repository', reach: 'anywhere' } : undefined;
}
