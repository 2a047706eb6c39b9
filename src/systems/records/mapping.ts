import type { RecordMapping } from './contract.ts';
import { recordsError } from './errors.ts';
import { hasField, isObject } from './field.ts';

/** Words that mean "in use" unless the settings name others. */
export const defaultActive: readonly string[] = ['active', 'running', 'open', 'pending', 'in_progress', 'live'];

/** Words that mean "done with" unless the settings name others. Any word in neither list is unknown, and an unknown one keeps. */
export const defaultInactive: readonly string[] = [
  'inactive',
  'archived',
  'deleted',
  'closed',
  'completed',
  'finished',
  'failed',
  'cancelled',
  'superseded',
];

export const fields = ['id', 'repository', 'tag', 'digest', 'status'] as const;
export type Field = (typeof fields)[number];

/** A mapping with its defaults filled in. */
export interface ResolvedMapping {
  /** Undefined: the user wants the field not to be read. */
  readonly columns: Readonly<Record<Field, string | undefined>>;
  /** Fields whose column the user named: those must be there. */
  readonly declared: ReadonlySet<Field>;
  readonly active: ReadonlySet<string>;
  readonly inactive: ReadonlySet<string>;
}

/**
 * Fills in the defaults. Where only one of the word lists is given, its words are taken out of the other's default.
 *
 * @throws RECORDS_MAPPING_INVALID when a word is in both lists or empty, or the status has no column.
 */
export function resolveMapping(mapping: Partial<RecordMapping> = {}): ResolvedMapping {
  if (mapping.status === '') throw invalid('the column of the status has no name');
  const columns = Object.fromEntries(fields.map((field) => [field, (mapping[field] ?? field) || undefined]));
  const declared = new Set(fields.filter((field) => mapping[field] !== undefined && mapping[field] !== ''));

  const given = { active: mapping.active?.map(trimmed), inactive: mapping.inactive?.map(trimmed) };
  const active = new Set(given.active ?? defaultActive.filter((word) => !given.inactive?.includes(word)));
  const inactive = new Set(given.inactive ?? defaultInactive.filter((word) => !given.active?.includes(word)));
  for (const word of [...active, ...inactive]) {
    if (word === '') throw invalid('an empty word is neither active nor inactive: a row without a status is unknown');
    if (active.has(word) && inactive.has(word))
      throw invalid(`the status ${JSON.stringify(word)} is both active and inactive`);
  }
  return { columns: columns as ResolvedMapping['columns'], declared, active, inactive };
}

/**
 * Checks that a result's columns are all that the mapping needs: those that the user named, the status, and an id or a repository
 * with a tag or a digest.
 *
 * @throws RECORDS_COLUMN_MISSING, also when a needed column is there twice.
 */
export function checkColumns(names: readonly string[], mapping: ResolvedMapping): void {
  const { columns, declared } = mapping;
  for (const field of fields) {
    const times = names.filter((name) => name === columns[field]).length;
    if (times > 1) throw missing(`there are ${times} columns named ${JSON.stringify(columns[field])}`, names);
    if (times === 0 && declared.has(field)) throw missing(`there is no column ${named(field, mapping)}`, names);
  }
  checkNaming((field) => names.some((name) => name === columns[field]), mapping, names);
}

/**
 * The same for a list of documents, by its first one. Fields may be left out of documents, so of a tag and a digest that
 * the user named, one is enough.
 */
export function checkFirstDocument(row: unknown, mapping: ResolvedMapping): void {
  const { columns, declared } = mapping;
  const has = (field: Field) => columns[field] !== undefined && hasField(row, columns[field]);
  const names = isObject(row) ? Object.keys(row) : [];
  for (const field of ['id', 'repository'] as const)
    if (declared.has(field) && !has(field))
      throw missing(`the first record has no field ${named(field, mapping)}`, names);
  const naming = (['tag', 'digest'] as const).filter((field) => declared.has(field));
  if (naming.length > 0 && !naming.some(has))
    throw missing(`the first record has no field ${naming.map((field) => named(field, mapping)).join(' or ')}`, names);
  checkNaming(has, mapping, names);
}

function checkNaming(has: (field: Field) => boolean, mapping: ResolvedMapping, names: readonly string[]): void {
  if (!has('status')) throw missing(`there is no column ${named('status', mapping)}`, names);
  const part = (['tag', 'digest'] as const).find(has);
  if (part !== undefined && !has('repository')) {
    const hint = `Name the column of the repository, give one in the query ('team/app' AS repository), or have the ${part} not read: ${part}=`;
    throw missing(`there is a column ${named(part, mapping)} but none that says of which repository`, names, hint);
  }
  if (part === undefined && !has('id'))
    throw missing('there is neither an id, nor a repository with a tag or a digest', names);
}

function named(field: Field, mapping: ResolvedMapping): string {
  const column = JSON.stringify(mapping.columns[field]);
  return mapping.columns[field] === field ? column : `${column} (for ${field})`;
}

function trimmed(word: string): string {
  return word.trim();
}

function invalid(why: string) {
  return recordsError('RECORDS_MAPPING_INVALID', `mapping the records: ${why}`);
}

/** Names of columns, never their values, go into the message. */
function missing(why: string, names: readonly string[], hint?: string) {
  const shown = names.slice(0, 20).map((name) => name.slice(0, 60));
  const list = shown.length === 0 ? 'none' : `${shown.join(', ')}${names.length > shown.length ? ' …' : ''}`;
  return recordsError('RECORDS_COLUMN_MISSING', `mapping the records: ${why}; the columns are: ${list}`, hint);
}
