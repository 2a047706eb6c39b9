import type { SqlValue } from './query.ts';

/**
 * Conditions with `?` for what was asked for; those whose value is undefined are left out.
 *
 * @param first - the number of the first parameter
 */
export function conditions(
  asked: readonly (readonly [condition: string, value: SqlValue | undefined])[],
  first = 1,
): { readonly where: string; readonly values: readonly SqlValue[] } {
  const values: SqlValue[] = [];
  const said: string[] = ['true'];
  for (const [condition, value] of asked) {
    if (value === undefined) continue;
    said.push(condition.replace('?', `$${first + values.length}`));
    values.push(value);
  }
  return { where: said.join(' AND '), values };
}

/** A number as it may stand in SQL. */
export function whole(number: number): number {
  return Math.max(0, Math.trunc(number));
}
