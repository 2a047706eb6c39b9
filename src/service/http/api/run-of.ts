import type { RunRecord } from '../../../systems/history/contract.ts';
import { ServiceError } from '../../errors.ts';
import type { Call } from './route.ts';

/** The run that the path names, by default as `:id`. @throws RUN_NOT_FOUND */
export async function runOf({ parts, at }: Pick<Call, 'parts' | 'at'>, name = 'id'): Promise<RunRecord> {
  const id = at(name);
  const run = await parts.history.run(id);
  if (run === undefined)
    throw new ServiceError('RUN_NOT_FOUND', `looking for run ${JSON.stringify(id.slice(0, 100))}: there is none`);
  return run;
}
