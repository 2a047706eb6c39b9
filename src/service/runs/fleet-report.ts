import type { DiskReading, NewPlanRow, PlanRow, RowOutcome } from '../../systems/history/contract.ts';
import { formatBytes } from '../../util/pure/bytes.ts';
import { runningSha256 } from '../../util/pure/hash.ts';

/** What `winnow node-gc --all-nodes -o json` prints, as far as the service reads it. */
interface FleetDocument {
  readonly kind: 'FleetReport';
  readonly run: string;
  readonly fleet: string;
  readonly cluster?: string;
  readonly beganAt: string;
  readonly counts: { readonly succeeded: number; readonly of: number; readonly failed: number };
  readonly totals: { readonly removed: Things; readonly predictedBytes: number; readonly freedBytes: number };
  readonly breaker?: { readonly failed: number; readonly allowed: number };
  readonly nodes: readonly FleetNode[];
}

type Things = Readonly<Record<'containers' | 'sandboxes' | 'images', number>>;

interface FleetNode {
  readonly node: string;
  readonly outcome: string;
  readonly why?: string;
  readonly work?: {
    readonly removed: Things;
    readonly predictedBytes: number;
    readonly gaps: number;
    readonly disks: readonly FleetDisk[];
  };
}

interface FleetDisk {
  readonly path: string;
  readonly capacityBytes: number;
  readonly usedPercentBefore: number;
  readonly usedPercentAfter?: number;
}

/** A fleet's report as a plan of the history: a row a node on which something would go. */
export interface FleetSeen {
  readonly target: string;
  readonly run: string;
  readonly headerLine: string;
  readonly rows: readonly NewPlanRow[];
  /** sha256 of the header and the rows, in hex. */
  readonly hash: string;
  readonly nodes: number;
  /** Containers, sandboxes and images; of a run that was confirmed those that went. */
  readonly things: number;
  readonly failedNodes: number;
  readonly predictedBytes: number;
  readonly freedBytes: number;
  readonly gaps: number;
  /** Too many nodes failed for any further one to be begun. */
  readonly broken: readonly string[];
  /** How full the disks of its nodes are, as their Jobs left them. */
  readonly disks: readonly DiskReading[];
  /** What became of rows of a plan. */
  outcomesOf(rows: readonly PlanRow[]): readonly RowOutcome[];
}

/** @returns undefined where it is no report of a fleet */
export function readFleetReport(text: string | undefined): FleetSeen | undefined {
  const report = JSON.parse(text ?? 'null') as FleetDocument | null;
  if (report?.kind !== 'FleetReport') return undefined;
  const { run, fleet, cluster, beganAt, counts, totals, breaker, nodes } = report;
  const headerLine = JSON.stringify({
    winnow: 'fleet/v1',
    id: run,
    flow: 'node-fleet',
    fleet,
    madeAt: beganAt,
    counts,
    totals,
  });
  const rows = nodes.filter(({ work }) => thingsIn(work?.removed) > 0).map(rowOf);
  const hash = runningSha256();
  for (const line of [headerLine, ...rows.map((row) => row.line)]) hash.update(`${line}\n`);
  return {
    ...{ target: cluster ?? fleet, run, headerLine, rows, hash: hash.hex(), nodes: counts.of },
    ...{ things: thingsIn(totals.removed), failedNodes: counts.failed },
    ...{ predictedBytes: totals.predictedBytes, freedBytes: totals.freedBytes },
    gaps: nodes.reduce((sum, { work }) => sum + (work?.gaps ?? 0), 0),
    broken:
      breaker === undefined
        ? []
        : [`maxFailures: ${breaker.failed} nodes failed, and ${breaker.allowed} are allowed to`],
    disks: nodes.flatMap((node) => disksOf(node, Date.parse(beganAt))),
    outcomesOf: (planned) =>
      planned.flatMap((row) =>
        outcomeOf(
          row,
          nodes.find(({ node }) => node === row.target),
        ),
      ),
  };
}

/** Of several disks each has its path behind the node's name. */
function disksOf({ node, work }: FleetNode, atMs: number): readonly DiskReading[] {
  const disks = work?.disks ?? [];
  return disks.map(({ path, capacityBytes, usedPercentBefore, usedPercentAfter }) => ({
    target: disks.length === 1 ? node : `${node}:${path}`,
    kind: 'node',
    atMs,
    usedBytes: Math.round((capacityBytes * (usedPercentAfter ?? usedPercentBefore)) / 100),
    capacityBytes,
    ...(usedPercentAfter === undefined && { reclaimableBytes: work?.predictedBytes ?? 0 }),
  }));
}

function rowOf({ node, work, outcome }: FleetNode, n: number): NewPlanRow {
  const { containers = 0, sandboxes = 0, images = 0 } = work?.removed ?? {};
  const freesBytes = work?.predictedBytes ?? 0;
  return {
    ...{ n, verb: 'clean-node', group: '', target: node, reasonCode: 'node-gc', freesBytes },
    reason: `${containers} containers, ${sandboxes} sandboxes and ${images} images would go, ${formatBytes(freesBytes)}`,
    line: JSON.stringify({ node, outcome, work }),
  };
}

function thingsIn(things: Things | undefined): number {
  return things === undefined ? 0 : things.containers + things.sandboxes + things.images;
}

const results: Readonly<Record<string, string>> = {
  success: 'done',
  incomplete: 'done',
  partial: 'failed',
  failed: 'failed',
};

function outcomeOf({ n }: PlanRow, node: FleetNode | undefined): readonly RowOutcome[] {
  if (node === undefined) return [{ n, outcome: 'skipped', why: 'the node is not there any more' }];
  const outcome = results[node.outcome] ?? 'skipped';
  return [{ n, outcome, ...(node.why === undefined ? {} : { why: node.why }) }];
}
