import { expect, test } from 'vitest';
import type { History } from './contract.ts';
import { forgettingContract } from './forgetting.suite.ts';
import { happenedContract } from './happened.suite.ts';
import type { WithHistory } from './history-ground.suite.ts';
import { inventoryContract } from './inventory.suite.ts';
import { plansContract } from './plans.suite.ts';
import { runsContract } from './runs.suite.ts';

const never = new AbortController().signal;

/** What every history has to do. `open` gives an empty one. */
export function historyContract(name: string, open: () => Promise<History>): void {
  const withHistory: WithHistory = (work) => async () => {
    const history = await open();
    try {
      await work(history);
    } finally {
      await history.close();
    }
  };

  runsContract(name, withHistory);
  plansContract(name, withHistory);
  happenedContract(name, withHistory);
  forgettingContract(name, withHistory);
  inventoryContract(name, withHistory);

  test(`${name} says whether it answers, and which it is`, async () => {
    const history = await open();
    await history.check(never);
    await expect(history.check(AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
    expect(history.name).not.toBe('');
    await history.close();
    await history.close();
  });
}
