import { isoTime } from '../words.ts';
import { fleetOutcome, fleetTotals, successRatio } from './fleet-outcome.ts';
import type { FleetOutcome, FleetReport } from './fleet-report.ts';

/**
 * The summary of going through all nodes of a cluster, sent to whoever wants to know. Names are in snake case, as in logs; they are stable.
 *
 * In mode `plan` (a dry run) `removed` and `freed_bytes` are what the plans would do, in mode `apply` what was done.
 */
export interface NodeFleetEvent {
  readonly type: 'node_gc.fleet_summary';
  readonly level: 'info';
  /** ISO 8601, UTC: when the last Job had ended. */
  readonly time: string;
  /** Tells clusters apart; null where none is named. */
  readonly cluster_name: string | null;
  /** Whose Jobs, where. */
  readonly fleet: string;
  readonly run_id: string;
  readonly mode: 'plan' | 'apply';
  /** `refused`: so many nodes failed that no further one was begun. `noop`: there was no node to clean. */
  readonly outcome: 'success' | 'partial' | 'failed' | 'refused' | 'noop';
  readonly duration_seconds: number;
  /** How many nodes. `expected`: those that were to be cleaned. */
  readonly nodes: {
    readonly expected: number;
    readonly succeeded: number;
    readonly failed: number;
    readonly skipped: number;
    readonly not_begun: number;
  };
  readonly removed: { readonly containers: number; readonly sandboxes: number; readonly images: number };
  readonly freed_bytes: number;
  /** By the disks; null where none was measured before and after. */
  readonly measured_bytes: number | null;
  /** Nodes that did not end well, and why. */
  readonly problems: readonly { readonly node: string; readonly outcome: FleetOutcome; readonly why: string }[];
}

export function nodeFleetEvent(report: FleetReport): NodeFleetEvent {
  const ratio = successRatio(report);
  const { removed, predictedBytes, freedBytes, measuredBytes } = fleetTotals(report);
  return {
    ...{ type: 'node_gc.fleet_summary', level: 'info', time: isoTime(report.endedAtMs) },
    ...{ cluster_name: report.cluster ?? null, fleet: report.fleet, run_id: report.run, mode: report.mode },
    outcome: fleetOutcome(report),
    duration_seconds: (report.endedAtMs - report.beganAtMs) / 1000,
    nodes: {
      ...{ expected: ratio.of, succeeded: ratio.succeeded, failed: ratio.failed, skipped: ratio.skipped },
      not_begun: ratio.notBegun,
    },
    removed,
    freed_bytes: report.mode === 'plan' ? predictedBytes : freedBytes,
    measured_bytes: measuredBytes ?? null,
    problems: report.nodes.flatMap(({ node, outcome, why = '' }) =>
      outcome === 'success' ? [] : [{ node, outcome, why }],
    ),
  };
}
