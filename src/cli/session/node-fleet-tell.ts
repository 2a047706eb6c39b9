import type { RunReport } from '../../flows/apply-node-plan.ts';
import { imagesInUse } from '../../flows/node-fleet-uses.ts';
import type { PlannedNode } from '../../flows/node-gc.ts';
import type { DiskCounts } from '../../plan/node-counts.ts';
import type { PlanHeader } from '../../plan/plan.ts';
import { type ExitCode, exitCodeOfError } from '../../report/exit-code.ts';
import type { NodeOutcome, NodeReport, NodeUses, NodeWork } from '../../report/node/node-report.ts';
import { reportLines } from '../../systems/fleet/index.ts';
import { messageOf } from '../../util/pure/coded-error.ts';
import { version } from '../../util/version.ts';
import type { Terminal } from '../terminal.ts';

/** What came of a run of `node-gc`, or of `apply`, on this node. */
export interface NodeStory {
  readonly header: PlanHeader;
  /** Absent: a dry run. */
  readonly report?: RunReport;
  readonly exitCode: ExitCode;
  /** What is in use there; absent where a saved plan was applied. */
  readonly uses?: NodeUses;
  /** Where the fleet asked for it: the plan as a file. */
  readonly plan?: string;
  /** Of a saved plan that was applied. */
  readonly outcomes?: readonly NodeOutcome[];
}

/** The last lines of the Job of a fleet, however it ends: without them its node counts as unknown. */
export async function tellingTheFleet(
  terminal: Pick<Terminal, 'print'>,
  { node, mode }: Pick<NodeReport, 'node' | 'mode'>,
  work: () => Promise<NodeStory>,
): Promise<ExitCode> {
  let story: NodeStory;
  try {
    story = await work();
  } catch (error) {
    await terminal.print(toldFailure(node, mode, error));
    throw error;
  }
  await terminal.print(toldStory(node, story));
  return story.exitCode;
}

/** What a fleet is told of this node at the end of its Job. @returns lines, without line feeds */
function toldStory(node: string, { header, report, exitCode, ...more }: NodeStory): readonly string[] {
  return told({
    ...{ winnow: 'node-report/v1', node, by: version, exitCode },
    mode: report === undefined ? 'plan' : 'apply',
    runId: report?.runId ?? header.id,
    work: workOf(header, report),
    ...more,
  });
}

/** What is in use on a node, by what was seen for its plan. */
export function usesOf({ plan: { header }, view }: PlannedNode): NodeUses {
  return imagesInUse(view.evidence, header.evidence[0]?.observedAtMs ?? header.madeAtMs);
}

/** The same where nothing came of it. */
function toldFailure(node: string, mode: NodeReport['mode'], thrown: unknown): readonly string[] {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'BUG';
  const error = { code, message: messageOf(thrown) };
  return told({ winnow: 'node-report/v1', node, by: version, exitCode: exitCodeOfError(thrown), mode, error });
}

/** What is too long for a log is left out, and it is told that it was: names of images first, then the plan. */
function told(report: NodeReport): readonly string[] {
  const { plan, ...short } = withoutUses(report);
  const planUnfit = 'its plan is too long for a log: clean this node by itself, with winnow node-gc --confirm';
  const tries = [
    report,
    { ...short, ...(plan !== undefined && { plan }) },
    { ...short, ...(plan !== undefined && { planUnfit }) },
  ];
  for (const one of tries) {
    const lines = reportLines(JSON.stringify(one));
    if (lines !== undefined) return lines;
  }
  throw new Error(`the report on node ${report.node} is too long, without any images`);
}

function withoutUses({ uses, ...report }: NodeReport): NodeReport {
  const unseen = ['the names of the images in use are too many for a log'];
  return uses === undefined ? report : { ...report, uses: { takenAtMs: uses.takenAtMs, images: [], unseen } };
}

const kinds = { containers: 'remove-container', sandboxes: 'remove-sandbox', images: 'remove-image' } as const;

function workOf(header: PlanHeader, report: RunReport | undefined): NodeWork {
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
