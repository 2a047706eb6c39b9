import type { DiskReading } from '../../systems/history/contract.ts';

/** What `winnow apply -o json` prints of the plan of a fleet, as far as the disks of nodes go. */
interface FleetDocument {
  readonly kind: 'FleetReport';
  readonly endedAt: string;
  readonly nodes: readonly { readonly node: string; readonly work?: { readonly disks: readonly FleetDisk[] } }[];
}

interface FleetDisk {
  readonly path: string;
  readonly capacityBytes: number;
  readonly usedPercentAfter?: number;
}

/** How full the disks of nodes are, as a fleet's Jobs left them. Of several disks each has its path behind the node's name. Others tell none. */
export function disksTold(report: string): readonly DiskReading[] {
  const document = JSON.parse(report) as FleetDocument | { readonly kind: string };
  if (!isFleet(document)) return [];
  const atMs = Date.parse(document.endedAt);
  return document.nodes.flatMap(({ node, work }) =>
    (work?.disks ?? []).flatMap(({ path, capacityBytes, usedPercentAfter }, _, all): DiskReading[] =>
      usedPercentAfter === undefined
        ? []
        : [
            {
              ...{ target: all.length === 1 ? node : `${node}:${path}`, kind: 'node', atMs, capacityBytes },
              usedBytes: Math.round((capacityBytes * usedPercentAfter) / 100),
            },
          ],
    ),
  );
}

function isFleet(document: FleetDocument | { readonly kind: string }): document is FleetDocument {
  return document.kind === 'FleetReport';
}
