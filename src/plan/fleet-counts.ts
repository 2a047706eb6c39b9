import type { FleetCounts } from './plan.ts';

type Json = Readonly<Record<string, unknown>>;

/** Whether what stands in a plan file is that. What is in the nodes' own plans is checked when they are taken out. */
export function isFleetCounts(value: unknown): value is FleetCounts {
  if (!isObject(value)) return false;
  const { nodes, without } = value;
  return (
    Array.isArray(nodes) &&
    nodes.every(
      (one) =>
        isObject(one) &&
        [one['node'], one['uid'], one['sha256']].every((text) => typeof text === 'string') &&
        isObject(one['header']) &&
        Number.isInteger(one['header']['actionCount']),
    ) &&
    Array.isArray(without) &&
    without.every((one) => isObject(one) && typeof one['node'] === 'string' && typeof one['why'] === 'string')
  );
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
