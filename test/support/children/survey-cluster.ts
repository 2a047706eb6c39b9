import type { ResourceId } from '../../../src/evidence/resource.ts';
import type { Sink } from '../../../src/evidence/sink.ts';
import { openCluster } from '../../../src/systems/cluster/index.ts';

/*
 * node survey-cluster.mjs <kubeconfig>: reads what a cluster uses into a sink that only counts, and prints the counts and the most memory
 * that the process ever had.
 */
const [kubeconfig = ''] = process.argv.slice(2);
const counts = { workloads: 0, references: 0, gaps: 0 };
const sink: Sink = {
  resource: () => 0 as ResourceId,
  existing: () => 0 as ResourceId,
  exists: () => {
    counts.workloads += 1;
  },
  refers: () => {
    counts.references += 1;
  },
  holds: () => {},
  retires: () => {},
  gap: () => {
    counts.gaps += 1;
  },
};
const surroundings = { readSnapshot: async () => undefined, nowMs: () => 0 };
const cluster = await openCluster({ kind: 'kubernetes', name: 'prod', kubeconfig }, surroundings);
await cluster.uses({ extractors: [] }).survey(sink, AbortSignal.timeout(300_000));
await cluster.close();
process.stdout.write(JSON.stringify({ ...counts, maxRssKiB: process.resourceUsage().maxRSS }));
