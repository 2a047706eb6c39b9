import type { IgnoredPullers, PullLog } from '../contract.ts';
import { eventsIn } from '../events.ts';
import { ignoring } from '../ignored.ts';
import { pullTable } from '../pull-table.ts';
import { pushTable } from '../push-table.ts';

/** Envelopes within this process, for tests. What is no envelope is a bug of the test. */
export function memoryPulls({
  envelopes,
  ...ignored
}: IgnoredPullers & { readonly envelopes: readonly unknown[] }): PullLog {
  return {
    name: 'pulls in memory',
    async read(signal, pushesSinceMs = Number.NEGATIVE_INFINITY) {
      signal.throwIfAborted();
      const table = pullTable();
      const pushes = pushTable(pushesSinceMs);
      const isIgnored = ignoring(ignored);
      const counts = { counted: 0, ignored: 0 };
      let sinceMs: number | undefined;
      const events = eventsIn(envelopes);
      if (events === undefined) throw new Error('these are no envelopes');
      for (const { atMs, pull, push } of events) {
        sinceMs = Math.min(sinceMs ?? atMs, atMs);
        if (push !== undefined) pushes.note(atMs, push);
        if (pull === undefined) continue;
        const passedOver = isIgnored(pull.userAgent, pull.actor);
        counts[passedOver ? 'ignored' : 'counted'] += 1;
        if (!passedOver) table.note(atMs, pull);
      }
      return { times: table.times(sinceMs), pushes: pushes.times, ...counts, holes: [] };
    },
  };
}
