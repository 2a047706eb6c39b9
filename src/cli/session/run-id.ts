import type { Journal } from '../../systems/journal/contract.ts';
import { CodedError } from '../../util/pure/coded-error.ts';

/** A run by its id, by an unmistakable beginning or end of it, or `last`. @throws JOURNAL_NO_SUCH_RUN naming the nearest */
export async function runIdOf(journal: Journal, name: string): Promise<string> {
  const runs = await journal.runs();
  const [newest] = runs;
  if (newest === undefined)
    throw new CodedError('JOURNAL_NO_SUCH_RUN', `looking for the run ${name}: there are no runs yet`, {
      hint: 'a run with --confirm is kept in the state directory; give --state-dir if it lies elsewhere',
    });
  if (name === 'last') return newest;
  if (runs.includes(name)) return name;
  const near = runs.filter((id) => id.startsWith(name) || id.endsWith(name));
  const [only, another] = near;
  if (only !== undefined && another === undefined) return only;
  const found = another === undefined ? 'there is none of that name' : `it could be ${near.slice(0, 3).join(' or ')}`;
  throw new CodedError('JOURNAL_NO_SUCH_RUN', `looking for the run ${name}: ${found}`, {
    hint: 'winnow run ls shows all runs',
  });
}
