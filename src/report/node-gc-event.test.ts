import { expect, test } from 'vitest';
import { planHeader, runReport } from '../../test/support/report-examples.ts';
import type { NodeCounts } from '../plan/node-counts.ts';
import type { PlanHeader } from '../plan/plan.ts';
import { inEnvelope } from './cloud-event.ts';
import { nodeGcPlanEvent, nodeGcRunEvent } from './node-gc-event.ts';

const RUNTIME = 'cri:///run/containerd/containerd.sock';
const disk = { path: '/var/lib/containerd', capacityBytes: 1000, availableBytes: 100, usedPercent: 90 };

const counts: NodeCounts = {
  ...{ product: 'containerd', version: '1.7.24', exactBytes: true, bytes: 900, unreferencedBytes: 0, orphans: [] },
  containers: { found: 5, removed: 1 },
  sandboxes: { found: 4, removed: 2 },
  images: { found: 9, removed: 3 },
  disks: [disk],
};

function nodeHeader(more: Partial<PlanHeader> = {}): PlanHeader {
  return planHeader({
    id: 'node-gc-1',
    flow: 'node-gc',
    scope: { cluster: 'prod', node: { name: 'node-7', runtime: RUNTIME } },
    repositories: [],
    node: counts,
    actionCount: 8,
    freesBytes: 700,
    ...more,
  });
}

test('the summary of a dry run on a node tells what there is, and what would go', () => {
  expect(nodeGcPlanEvent(nodeHeader(), 1500)).toEqual({
    ...{ type: 'node_gc.summary', level: 'info', time: '2026-08-01T12:00:00.000Z', cluster_name: 'prod' },
    ...{ node: 'node-7', runtime: RUNTIME, run_id: 'node-gc-1', plan_id: 'node-gc-1' },
    ...{ mode: 'plan', outcome: 'success', duration_seconds: 1.5 },
    found: { containers: 5, sandboxes: 4, images: 9 },
    removed: { containers: 1, sandboxes: 2, images: 3, content_released: 2 },
    ...{ freed_bytes: 700, exact_bytes: true },
    disks: [{ path: '/var/lib/containerd', used_percent_before: 90, used_percent_after: null }],
    ...{ skipped: 0, failed: 0, gaps: 0, bad_references: 0 },
  });
  expect(nodeGcPlanEvent(nodeHeader({ actionCount: 0 }), 0).outcome).toBe('noop');
});

test('the summary of a run counts what went, what did not, and the disk before and after', () => {
  const report = {
    ...runReport([]),
    scope: nodeHeader().scope,
    tally: { done: 3, alreadyGone: 0, skipped: 1, failed: 2, freedBytes: 650 },
    steps: { 'remove-image': { count: 2, bytes: 650 }, 'remove-sandbox': { count: 1, bytes: 0 } },
    disks: { before: [disk], after: [{ ...disk, availableBytes: 750, usedPercent: 25 }] },
  };

  expect(nodeGcRunEvent(report, nodeHeader())).toMatchObject({
    ...{ mode: 'apply', outcome: 'partial', duration_seconds: 90, node: 'node-7' },
    found: { images: 9 },
    removed: { containers: 0, sandboxes: 1, images: 2, content_released: 0 },
    ...{ freed_bytes: 650, skipped: 1, failed: 2 },
    disks: [{ path: '/var/lib/containerd', used_percent_before: 90, used_percent_after: 25 }],
  });
});

test('what could not be seen when the plan was made is counted in both', () => {
  const header = nodeHeader({
    gaps: [{ source: 'cluster prod', scope: 'node-7', hides: 'holds', cause: 'the cluster is away' }],
    badReferences: [{ reference: '?', by: [], why: 'it is no name of an image', keeps: [] }],
  });

  expect(nodeGcPlanEvent(header, 0)).toMatchObject({ gaps: 1, bad_references: 1 });
  expect(nodeGcRunEvent(runReport([]), header)).toMatchObject({ gaps: 1, bad_references: 1 });
});

test('its envelope is of the node, not of the runtime, whose socket has the same path on all nodes', () => {
  const { source, subject, type, id } = inEnvelope(nodeGcPlanEvent(nodeHeader(), 0));

  expect(source).toBe('/winnow/clusters/prod/nodes/node-7');
  expect([subject, type, id]).toEqual(['node-7', 'dev.winnow.node_gc.summary', 'node-gc-1/plan']);
});
