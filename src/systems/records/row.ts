import { type Digest, isDigest } from '../../oci/digest.ts';
import { isRepository, isTag } from '../../oci/reference.ts';
import { type Cell, cellOf, fieldOf, hasField, isObject, quote } from './field.ts';
import type { Field, ResolvedMapping } from './mapping.ts';

/** What the owner says of a record. `unknown`: a word in neither list, or none. */
export type Verdict = 'active' | 'inactive' | 'unknown';

/** What is wrong with a row, and how far what it hides may reach: to what it names, into its repository, or anywhere. */
export interface Flaw {
  readonly why: string;
  readonly reach: 'named' | 'repository' | 'anywhere';
}

/** A row as far as it could be read. */
export interface ReadRow {
  readonly id?: string;
  readonly repository?: string;
  readonly tag?: string;
  readonly digest?: Digest;
  readonly verdict: Verdict;
  /** The status for messages: `active`, or in quotes where it is unknown; undefined where there is none. */
  readonly status?: string;
  /** At most one: the widest. */
  readonly flaw?: Flaw;
}

const MAX_ID_LENGTH = 512;
const reaches = ['named', 'repository', 'anywhere'] as const;

/** Reads a row. It never throws: what can't be read for sure is a flaw. */
export function readRow(row: unknown, mapping: ResolvedMapping, registryHost: string): ReadRow {
  if (!isObject(row)) return { verdict: 'unknown', flaw: { why: 'it is not a record with fields', reach: 'anywhere' } };
  const cell = (field: Field) => {
    const column = mapping.columns[field];
    return cellOf(column === undefined ? undefined : fieldOf(row, column));
  };

  const flaws: Flaw[] = [];
  const repository = readRepository(cell('repository'), registryHost, flaws);
  const inside = repository === undefined ? 'anywhere' : 'repository';
  const tag = readName(cell('tag'), 'tag', isTag, inside, flaws);
  const digest = readName(cell('digest'), 'digest', isDigest, inside, flaws) as Digest | undefined;
  const names = { ...(repository && { repository }), ...(tag && { tag }), ...(digest && { digest }) };

  const made = nameOf(names);
  const { id: idColumn } = mapping.columns;
  const idIsThere = idColumn !== undefined && (mapping.declared.has('id') || hasField(row, idColumn));
  const id = readId(idIsThere ? cell('id') : undefined, made, inside, flaws);
  const { verdict, status } = readStatus(cell('status'), mapping);
  if (verdict !== 'inactive' && flaws.length === 0) flaws.push(...absences(cell, made, repository));
  const flaw = reaches.reduce<Flaw | undefined>(
    (widest, reach) => flaws.find((one) => one.reach === reach) ?? widest,
    undefined,
  );
  return { ...(id && { id }), ...names, verdict, ...(status && { status }), ...(flaw && { flaw }) };
}

interface Names {
  readonly repository?: string;
  readonly tag?: string;
  readonly digest?: Digest;
}

/** `repository:tag`, else `repository@digest`; undefined where the row names neither. */
function nameOf({ repository, tag, digest }: Names): string | undefined {
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

/** @param cell - undefined where rows have no ids at all: then what the row names is its id */
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
function absences(
  cell: (field: Field) => Cell,
  made: string | undefined,
  repository: string | undefined,
): readonly Flaw[] {
  if (made !== undefined) return [];
  if (repository !== undefined)
    return [{ why: 'it names a repository but neither a tag nor a digest', reach: 'repository' }];
  const namesPart = 'text' in cell('tag') || 'text' in cell('digest');
  return namesPart ? [{ why: 'it names a tag or a digest but no repository', reach: 'anywhere' }] : [];
}
