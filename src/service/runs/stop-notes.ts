import type { History } from '../../systems/history/contract.ts';

const keyOf = (runId: string) => `stop:${runId}`;

/** A person wants a run to stop that some replica is at work on: it finds the note. */
export async function askToStop(history: Pick<History, 'note'>, runId: string, who: string): Promise<void> {
  await history.note(keyOf(runId), who);
}

export async function isAskedToStop(history: Pick<History, 'noted'>, runId: string): Promise<boolean> {
  return (await history.noted(keyOf(runId))) !== undefined;
}

export async function forgetStop(history: Pick<History, 'note'>, runId: string): Promise<void> {
  await history.note(keyOf(runId), undefined);
}
