import { parseClusterSpec } from '../../systems/cluster/index.ts';
import { formatDuration } from '../../util/pure/duration.ts';
import type { ClusterInput } from '../schema/clusters.ts';
import type { Check, Entry } from './parts.ts';

/** Two clusters of one written name: one of them is the other by mistake, and its own uses would be missing. */
export const clusterNames: Check = ({ clusters }) =>
  clusters.flatMap((cluster) => {
    const name = nameOf(cluster);
    const first = clusters.find((one) => one.index < cluster.index && nameOf(one) === name);
    if (name === undefined || first === undefined) return [];
    return [
      {
        severity: 'error' as const,
        path: pathOf(cluster, 'name'),
        message: `clusters[${first.index}] has the name ${name}, too`,
        hint: 'give each cluster a name of its own',
      },
    ];
  });

/** What a cluster began to use after its snapshot is in none: only its youth keeps it until then. */
export const snapshotAges: Check = ({ clusters, prune }, { nameOf: settingName }) =>
  clusters.flatMap((cluster) => {
    const maxAgeMs = maxAgeOf(cluster);
    if (prune === undefined || maxAgeMs === undefined || maxAgeMs <= prune.minAge) return [];
    const path = pathOf(cluster, 'maxAge');
    return [
      {
        severity: 'warning' as const,
        path,
        message: `a snapshot may be ${formatDuration(maxAgeMs)} old, and what was pushed ${formatDuration(prune.minAge)} ago may go: an image that was pushed and deployed in between is in no snapshot`,
        hint: `let snapshots be no older than ${settingName('minAge', ['prune', 'minAge'])}, or make that longer`,
      },
    ];
  });

/** As somebody wrote it. */
function nameOf({ value }: Entry<ClusterInput>): string | undefined {
  if (typeof value !== 'string') return value.name;
  return new URLSearchParams(value.slice(value.indexOf('?') + 1)).get('name') ?? undefined;
}

function maxAgeOf({ value }: Entry<ClusterInput>): number | undefined {
  if (typeof value !== 'string') return value.kind === 'snapshot' ? value.maxAge : undefined;
  const source = parseClusterSpec(value);
  return source.kind === 'snapshot' ? source.maxAgeMs : undefined;
}

function pathOf({ index, value }: Entry<ClusterInput>, field: string) {
  const isWritten = typeof value !== 'string' && field in value;
  return isWritten ? ['clusters', index, field] : ['clusters', index];
}
