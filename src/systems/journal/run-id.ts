import { CodedError } from '../../util/pure/coded-error.ts';
import { type JournalErrorCode, journalErrors } from './errors.ts';

const RUN_ID = /^[a-z0-9][a-z0-9._-]{0,127}$/;

/** Whether a text can be a run's id. Such a text is also a safe file name: it cannot climb out of its folder. */
export function isRunId(text: string): boolean {
  return RUN_ID.test(text);
}

/** @throws JOURNAL_RUN_ID_INVALID */
export function requireRunId(runId: string): void {
  if (isRunId(runId)) return;
  throw new CodedError<JournalErrorCode>(
    'JOURNAL_RUN_ID_INVALID',
    `looking for the run ${JSON.stringify(runId.slice(0, 200))}: that is not the id of a run`,
    { hint: journalErrors.JOURNAL_RUN_ID_INVALID.hint },
  );
}
