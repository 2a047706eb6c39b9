import { fieldOf } from '../field.ts';
import { firstField } from './body-field.ts';

/** How many rows the server says that there are in all, and where it says so. */
export interface StatedTotal {
  readonly rows: number;
  readonly where: string;
  /** The user named the field: then more rows than it says are as wrong as fewer. */
  readonly declared: boolean;
  /** It is of all pages for sure: a field `count` may be of its page alone. */
  readonly isOfAll: boolean;
}

const bodyNames = [
  'total',
  'total_count',
  'totalCount',
  'total_items',
  'totalItems',
  'total_elements',
  'totalElements',
  'count',
  '@odata.count',
];
const headerNames = ['x-total-count', 'x-total'];

/**
 * The total as the user named it, else as servers usually state it: a `Content-Range`, a header, a field of the body.
 *
 * @returns undefined where nothing states it
 */
export function statedTotal(
  body: unknown,
  headers: Readonly<Record<string, string>>,
  path: string | undefined,
): StatedTotal | undefined {
  if (path !== undefined) {
    const rows = asCount(fieldOf(body, path));
    return rows === undefined ? undefined : { rows, where: path, declared: true, isOfAll: true };
  }
  // @see https://www.rfc-editor.org/rfc/rfc9110#section-14.4 (PostgREST counts items)
  const range = asCount(/\/(\d+)$/.exec(headers['content-range'] ?? '')?.[1]);
  if (range !== undefined) return { rows: range, where: 'Content-Range', declared: false, isOfAll: true };
  for (const name of headerNames) {
    const rows = asCount(headers[name]);
    if (rows !== undefined) return { rows, where: name, declared: false, isOfAll: true };
  }
  const field = firstField(body, bodyNames, (value) => asCount(value) !== undefined);
  const rows = asCount(field?.value);
  if (field === undefined || rows === undefined) return undefined;
  return { rows, where: field.name, declared: false, isOfAll: !field.name.endsWith('count') };
}

function asCount(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : undefined;
}
