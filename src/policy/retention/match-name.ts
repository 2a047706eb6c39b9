import { RE2JS } from 're2js';
import { matchesGlob } from '../../util/pure/glob.ts';
import type { NamePattern } from './policy.ts';

/**
 * Prepares patterns; expressions are compiled once, and matching takes time linear in the name's length. Both kinds fit a whole name, never
 * a piece of it: `v1` does not mean `v10`.
 *
 * @returns the first pattern that fits a name, as it was written.
 * @throws RE2JSException where an expression is none: settings are checked before.
 */
export function nameMatcher(patterns: readonly NamePattern[]): (name: string) => string | undefined {
  const prepared = patterns.map(({ kind, text }) => {
    if (kind === 'glob') return { text, fits: (name: string) => matchesGlob(text, name) };
    const expression = RE2JS.compile(text);
    return { text: `/${text}/`, fits: (name: string) => expression.matcher(name).matches() };
  });
  return (name) => prepared.find(({ fits }) => fits(name))?.text;
}
