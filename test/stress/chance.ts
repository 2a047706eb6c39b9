import { setTimeout as after } from 'node:timers/promises';

export function anyOf<T>(all: readonly T[]): T {
  const one = all[Math.floor(Math.random() * all.length)];
  if (one === undefined) throw new Error('choosing one of none');
  return one;
}

/** A client that thinks, transfers, or waits for its turn: up to so long. */
export async function pause(maxMs: number): Promise<void> {
  await after(Math.random() * maxMs);
}
