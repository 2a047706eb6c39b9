import { covers, type Gap } from '../evidence/gap.ts';
import type { Damage } from '../graph/damage-kinds.ts';

/** Gaps that no damage tells of already. @param name - the scope that repositories' scopes begin with */
export function gapsNotTold(gaps: readonly Gap[], damage: readonly Damage[], name: string): readonly Gap[] {
  if (gaps.length === 0) return [];
  const whatOf = new Map<string, string[]>();
  for (const { repository, what } of damage) {
    const list = whatOf.get(repository);
    if (list === undefined) whatOf.set(repository, [what]);
    else list.push(what);
  }
  return gaps.filter(({ scope, cause }) => {
    if (!covers(name, scope) || scope === name) return true;
    const told = whatOf.get(scope.slice(name.length + 1)) ?? [];
    return !told.some((what) => names(cause, what));
  });
}

/** Whether a text speaks of a digest or a tag, and not of a longer name. */
function names(text: string, what: string): boolean {
  for (let at = text.indexOf(what); at >= 0; at = text.indexOf(what, at + 1)) {
    const [before, after] = [text.charAt(at - 1), text.charAt(at + what.length)];
    if (!/[\w.-]/.test(before) && !/[\w.-]/.test(after)) return true;
  }
  return false;
}
