import type { RunReport } from '../../flows/apply-node-plan.ts';
import { imagesInUse } from '../../flows/node-fleet-uses.ts';
import type { PlannedNode } from '../../flows/node-gc.ts';
import type { DiskCounts } from '../../plan/node-counts.ts';
import { type ExitCode, exitCodeOfError } from '../../report/exit-code.ts';
import type { NodeReport, NodeWork } from '../../report/node/node-report.ts';
import { reportLines } from '../../systems/fleet/index.ts';
import { messageOf } from '../../util/pure/coded-error.ts';
import { version } from '../../util/version.ts';

/** What came of a run of `node-gc` on this node. */
export interface NodeStory {
  readonly planned: PlannedNode;
  /** Absent: a dry run. */
  readonly report?: RunReport;
  readonly exitCode: ExitCode;
}

/** What a fleet is told of this node at the end of its Job. @returns lines, without line feeds */
export function toldStory(node: string, { planned, report, exitCode }: NodeStory): readonly string[] {
  const { header } = planned.plan;
  return told({
    ...{ winnow: 'node-report/v1', node, by: version, exitCode },
    mode: report === undefined ? 'plan' : 'apply',
    runId: report?.runId ?? header.id,
    work: workOf(planned, report),
    uses: imagesInUse(planned.view.evidence, header.evidence[0]?.observedAtMs ?? header.madeAtMs),
  });
}

/** The same where nothing came of it. */
export function toldFailure(node: string, mode: NodeReport['mode'], thrown: unknown): readonly string[] {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'BUG';
  const error = { code, message: messageOf(thrown) };
  return told({ winnow: 'node-report/v1', node, by: version, exitCode: exitCodeOfError(thrown), mode, error });
}

function told(report: NodeReport): readonly string[] {
  const lines = reportLines(JSON.stringify(report));
  if (lines !== undefined) return lines;
  const unseen = ['the names of the images in use are too many for a log'];
  const less: NodeReport = { ...report, uses: { takenAtMs: report.uses?.takenAtMs ?? 0, images: [], unseen } };
  const shorter = reportLines(JSON.stringify(less));
  if (shorter === undefined) throw new Error(`the report on node ${report.node} is too long, without any images`);
  return shorter;
}

const kinds = { containers: 'remove-container', sandboxes: 'remove-sandbox', images: 'remove-image' } as const;

function workOf({ plan: { header } }: PlannedNode, report: RunReport | undefined): NodeWork {
  const { node } = header;
  const planned = (kind: keyof typeof kinds) => node?.[kind].removed ?? 0;
  const done = (kind: keyof typeof kinds) => report?.steps[kinds[kind]]?.count ?? 0;
  const removed = report === undefined ? planned : done;
  const found = (kind: keyof typeof kinds) => node?.[kind].found ?? 0;
  const each = (of: (kind: keyof typeof kinds) => number) => ({
    containers: of('containers'),
    sandboxes: of('sandboxes'),
    images: of('images'),
  });
  return {
    runtime: header.scope.node?.runtime ?? '',
    found: each(found),
    removed: each(removed),
    predictedBytes: header.freesBytes,
    exactBytes: node?.exactBytes ?? false,
    freedBytes: report?.tally.freedBytes ?? 0,
    ...disksOf(header.node?.disks ?? [], report),
    ...{ skipped: report?.tally.skipped ?? 0, failed: report?.tally.failed ?? 0, gaps: header.gaps.length },
    causes: causesOf(report),
  };
}

function disksOf(
  planned: readonly DiskCounts[],
  report: RunReport | undefined,
): Pick<NodeWork, 'disks' | 'measuredBytes'> {
  const { before, after } = report?.disks ?? { before: [], after: [] };
  if (before.length === 0 || before.length !== after.length)
    return { disks: planned.map(({ usedPercent, ...disk }) => ({ ...sizeOf(disk), usedPercentBefore: usedPercent })) };
  const available = (disks: typeof before) => disks.reduce((sum, disk) => sum + disk.availableBytes, 0);
  return {
    disks: before.map(({ usedPercent, ...disk }, n) => ({
      ...{ ...sizeOf(disk), usedPercentBefore: usedPercent },
      usedPercentAfter: after[n]?.usedPercent ?? usedPercent,
    })),
    measuredBytes: available(after) - available(before),
  };
}

function sizeOf({ path, capacityBytes }: Omit<DiskCounts, 'usedPercent'>) {
  return { path, capacityBytes };
}

function causesOf(report: RunReport | undefined): readonly string[] {
  if (report === undefined) return [];
  const first = report.undone[0]?.outcome.why;
  const causes = report.causes.map(({ result, cause, count }) => `${count} ${result}: ${cause}`);
  return [
    ...(report.stopped ? ['it was stopped'] : []),
    ...causes,
    ...(first === undefined ? [] : [`the first: ${first}`]),
  ];
}
