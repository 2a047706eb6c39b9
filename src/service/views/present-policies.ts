import type { History } from '../../systems/history/contract.ts';
import { policyText } from './policy-text.ts';

const MOST_RUNS = 50;

/** The policies by which `prune` last planned for a registry, as a settings file has them; undefined where no run of it is known. */
export async function presentPolicies(history: History, target: string): Promise<string | undefined> {
  const runs = await history.runs({ flow: 'prune', limit: MOST_RUNS });
  for (const run of runs) {
    if (run.target !== target || run.planId === undefined) continue;
    const text = policyText(await history.planHeader(run.id));
    if (text !== undefined) return text;
  }
  return undefined;
}
