import { setTimeout as after } from 'node:timers/promises';
import type { DockerRegistry } from '../support/docker-registry.ts';
import type { CollectorTally } from './collector.ts';

/**
 * The registry's own collector, again and again, while pushes go on, which it is not made for: what this stress must be able to tell from
 * a collector that is.
 */
export async function collectWithRegistry(
  registry: DockerRegistry,
  tally: CollectorTally,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await registry.garbageCollect().then(
      () => {
        tally.runs += 1;
      },
      (failure: { code?: unknown }) => {
        // It ends with 1 when what it walks through changes meanwhile.
        if (failure.code !== 1) throw failure;
      },
    );
    await after(50);
  }
}
