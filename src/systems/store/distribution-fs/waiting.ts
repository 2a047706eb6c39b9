import { closeSync, openSync, readSync } from 'node:fs';

/*
 * How long a thread waited for something other than a processor, which for a reader is the disk. Linux counts for each thread, in
 * nanoseconds, how long it ran and how long it stood in line for a processor; the rest of the time it waited.
 * https://docs.kernel.org/scheduler/sched-stats.html
 */
const COUNTERS = '/proc/thread-self/schedstat';
const text = Buffer.alloc(100);

/**
 * Starts to measure. The answer, in milliseconds, is for the time since. The counters are some milliseconds late: over short times it is
 * off, and can be negative; sums are right. Where nothing is counted: 0, which no disk is blamed for.
 */
export function startWatch(): () => number {
  const [startedAt, busyBefore] = [performance.now(), busyMs()];
  return () => {
    const busyAfter = busyMs();
    if (busyBefore === undefined || busyAfter === undefined) return 0;
    return performance.now() - startedAt - (busyAfter - busyBefore);
  };
}

function busyMs(): number | undefined {
  let file: number;
  try {
    file = openSync(COUNTERS, 'r');
  } catch {
    return undefined; // no Linux, or none that counts: two readers it is
  }
  try {
    const [ran, stoodInLine] = text.toString('latin1', 0, readSync(file, text)).split(' ').map(Number);
    return ran === undefined || stoodInLine === undefined ? undefined : (ran + stoodInLine) / 1e6;
  } finally {
    closeSync(file);
  }
}
