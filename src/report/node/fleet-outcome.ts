import type { PlanHeader } from '../../plan/plan.ts';
import { type ExitCode, exitCodeOfPlan, exitCodes } from '../exit-code.ts';
import type { FleetOutcome, FleetReport, FleetRow } from './fleet-report.ts';

const good: ReadonlySet<FleetOutcome> = new Set(['success', 'incomplete']);
const bad: ReadonlySet<FleetOutcome> = new Set(['partial', 'refused', 'failed', 'unknown']);

export const hasFailed = ({ outcome }: Pick<FleetRow, 'outcome'>): boolean => bad.has(outcome);

/** How many nodes came to something, of those that were to be cleaned: all but what was skipped, or is another fleet's. */
export interface SuccessRatio {
  readonly succeeded: number;
  readonly of: number;
  readonly failed: number;
  readonly skipped: number;
  readonly notBegun: number;
}

export function successRatio({ nodes }: Pick<FleetReport, 'nodes'>): SuccessRatio {
  const count = (isMeant: (row: FleetRow) => boolean) => nodes.filter(isMeant).length;
  const skipped = count(({ outcome }) => outcome === 'skipped' || outcome === 'busy');
  return {
    succeeded: count(({ outcome }) => good.has(outcome)),
    of: nodes.length - skipped,
    failed: count(hasFailed),
    skipped,
    notBegun: count(({ outcome }) => outcome === 'not-begun'),
  };
}

/** `success ratio 9/10 (90 %)`; of no node at all there is no share. */
export function ratioInWords({ succeeded, of }: SuccessRatio): string {
  return `success ratio ${succeeded}/${of}${of === 0 ? '' : ` (${Math.floor((succeeded / of) * 100)} %)`}`;
}

/**
 * How `node-gc --all-nodes` ends: 4 when so many nodes failed that no further one was begun, 1 when all failed, 3 when some did or the fleet
 * was stopped, 5 when something could not be seen on one of them, else 0.
 */
export function exitCodeOfFleet(report: Pick<FleetReport, 'nodes' | 'breaker' | 'stopped'>): ExitCode {
  const { succeeded, failed, notBegun } = successRatio(report);
  if (report.breaker !== undefined) return exitCodes.limit;
  if (failed > 0 && succeeded === 0) return exitCodes.failed;
  if (failed > 0 || notBegun > 0 || report.stopped !== undefined) return exitCodes.partial;
  return report.nodes.some(({ outcome }) => outcome === 'incomplete') ? exitCodes.evidence : exitCodes.done;
}

/**
 * How the same ends where it has made a plan that is saved. A node that failed is a gap of the plan, and no failed action: 5 where there is
 * one, and some other was planned for.
 *
 * @param header - of the plan; undefined where none was made
 */
export function exitCodeOfFleetPlan(report: FleetReport, header: PlanHeader | undefined): ExitCode {
  const code = exitCodeOfFleet(report);
  return header === undefined || code === exitCodes.failed ? code : exitCodeOfPlan(header);
}

/**
 * How `apply` ends with the plan of a fleet: as a fleet does; 6 when all nodes on which something was to be done refused theirs, 5 when nodes
 * are not in the plan since they could not be seen.
 */
export function exitCodeOfFleetRun(report: FleetReport, header: PlanHeader): ExitCode {
  const failed = report.nodes.filter(hasFailed);
  const isStale = failed.length > 0 && failed.every(({ outcome, why }) => outcome === 'refused' && isOutdated(why));
  const code = exitCodeOfFleet(report);
  if (isStale && !report.nodes.some(({ work }) => work !== undefined)) return exitCodes.outdated;
  return code === exitCodes.done ? exitCodeOfPlan(header) : code;
}

const isOutdated = (why = '') => /^PLAN_(OTHER_NODE|EXPIRED)/.test(why);

/** The fleet in one word, for events. */
export function fleetOutcome(
  report: Pick<FleetReport, 'nodes' | 'breaker' | 'stopped'>,
): 'success' | 'partial' | 'failed' | 'refused' | 'noop' {
  const { succeeded, failed, notBegun, of } = successRatio(report);
  if (of === 0) return 'noop';
  if (report.breaker !== undefined) return 'refused';
  if (failed > 0 && succeeded === 0) return 'failed';
  return failed > 0 || notBegun > 0 || report.stopped !== undefined ? 'partial' : 'success';
}

/** Sums over all nodes that have told. */
export function fleetTotals({ nodes }: Pick<FleetReport, 'nodes'>) {
  const works = nodes.flatMap(({ work }) => work ?? []);
  const sum = (of: (work: (typeof works)[number]) => number) => works.reduce((total, work) => total + of(work), 0);
  const measured = works.flatMap(({ measuredBytes }) => measuredBytes ?? []);
  return {
    removed: {
      containers: sum(({ removed }) => removed.containers),
      sandboxes: sum(({ removed }) => removed.sandboxes),
      images: sum(({ removed }) => removed.images),
    },
    predictedBytes: sum(({ predictedBytes }) => predictedBytes),
    freedBytes: sum(({ freedBytes }) => freedBytes),
    ...(measured.length > 0 && { measuredBytes: measured.reduce((total, bytes) => total + bytes, 0) }),
  };
}
