import type { Gap } from '../evidence/gap.ts';
import type { Source } from '../evidence/sink.ts';
import { stateWorkload } from '../evidence/snapshot/state-workload.ts';
import type { FleetReport } from '../report/node/fleet-report.ts';

const SOURCE = 'node-gc on all nodes';

/**
 * What the nodes of a fleet use, as a cluster states it: one workload a node, with the images that were in use there. A node that has not
 * told is a gap, and so is what a selector left out: they can only keep.
 *
 * @param cluster - the name under which it is stated
 * @param selector - which nodes were asked; undefined: all
 */
export function usesOnNodes(report: FleetReport, cluster: string, selector: string | undefined): Source {
  return {
    name: SOURCE,
    survey: async (sink) => {
      if (selector !== undefined)
        sink.gap(gap(`nodes without the labels ${selector} were not asked`, 'leave --node-selector out'));
      if (report.nodes.length === 0)
        sink.gap(gap('no node was there to be asked', 'check that the account and the cluster are the right ones'));
      for (const { node, outcome, why, uses } of report.nodes) {
        if (uses === undefined) {
          sink.gap(
            gap(`node ${node} has not told which images it uses: ${outcome}${why === undefined ? '' : `, ${why}`}`),
          );
          continue;
        }
        for (const one of uses.unseen) sink.gap(gap(`on node ${node} ${one}`));
        stateWorkload(sink, cluster, {
          kind: 'Node',
          name: node,
          holds: [`in use on node ${node}`],
          uses: uses.images,
        });
      }
    },
  };
}

/** When the first of the nodes was looked at: what came into use later is not in the snapshot. */
export function usesTakenAtMs(report: FleetReport): number {
  return Math.min(report.beganAtMs, ...report.nodes.flatMap(({ uses }) => uses?.takenAtMs ?? []));
}

function gap(cause: string, hint = 'run it again when that node is well'): Gap {
  return { scope: '', hides: 'holds', source: SOURCE, cause, hint };
}
