import { formatOrigin, type Problem } from '../config/problem.ts';
import type { ConfigProblem } from '../report/config-problems.ts';

/** A problem in the settings, as reports show it. */
export function shownProblem({ origin, path, value, message, hint }: Problem): ConfigProblem {
  const place =
    origin.from === 'file'
      ? { origin: origin.file, line: origin.line, column: origin.column }
      : { origin: formatOrigin(origin) };
  return { ...place, field: path, ...(value === undefined ? {} : { value }), problem: message, hint };
}
