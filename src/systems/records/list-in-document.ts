import { recordsError } from './errors.ts';
import { fieldOf, isObject } from './field.ts';

/** Where lists usually lie in a document that is not a list itself. */
const usualFields = ['items', 'data', 'records', 'results', 'value'] as const;

/**
 * The list of rows in a parsed document.
 *
 * @param path - where it lies (keys with dots between); without one it is the document itself, or the one usual field that is a list
 * @throws RECORDS_FORMAT_INVALID when there is no list, or more than one that it could be.
 */
export function listIn(document: unknown, path: string | undefined, doing: string): readonly unknown[] {
  if (path !== undefined) {
    const list = fieldOf(document, path);
    if (Array.isArray(list)) return list;
    throw noList(doing, `there is no list at ${path}; ${shapeOf(document)}`);
  }
  if (Array.isArray(document)) return document;
  const lists = usualFields.filter((field) => Array.isArray(fieldOf(document, field)));
  const [first, second] = lists;
  if (first === undefined) throw noList(doing, shapeOf(document));
  if (second !== undefined) throw noList(doing, `both ${first} and ${second} are lists`);
  return fieldOf(document, first) as readonly unknown[];
}

function noList(doing: string, why: string) {
  const hint = 'Name the path to the list of records inside the document (items), as in items=data.orders.';
  return recordsError('RECORDS_FORMAT_INVALID', `${doing}: looking for the list of records: ${why}`, hint);
}

function shapeOf(document: unknown): string {
  if (!isObject(document)) return `it is ${document === null ? 'null' : `a ${typeof document}`}`;
  const keys = Object.keys(document);
  const shown = keys.slice(0, 20).map((key) => key.slice(0, 60));
  return `it is an object with ${shown.length === 0 ? 'no fields' : `the fields ${shown.join(', ')}${keys.length > 20 ? ' …' : ''}`}`;
}
