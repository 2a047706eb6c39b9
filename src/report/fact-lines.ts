import { printable } from './printable.ts';

/** A name and what is known under it; `undefined` leaves the line out. */
export type Fact = readonly [name: string, value: string | undefined];

/** `Name:  value`, the values one below the other. */
export function* factLines(facts: readonly Fact[]): Generator<string> {
  const shown = facts.filter(([, value]) => value !== undefined);
  const width = Math.max(...shown.map(([name]) => name.length)) + 1;
  for (const [name, value] of facts) if (value !== undefined) yield `${`${name}:`.padEnd(width)}  ${printable(value)}`;
}
