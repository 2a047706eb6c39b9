import { expect, test } from 'vitest';
import type { FleetReport } from '../../report/node/fleet-report.ts';
import { fleetDocument } from '../../report/node/render-fleet.ts';
import { readFleetReport } from './fleet-report.ts';

const work = (images: number, gaps = 0) => ({
  ...{
    runtime: 'r',
    found: { containers: 5, sandboxes: 5, images: 9 },
    removed: { containers: 1, sandboxes: 0, images },
  },
  ...{
    predictedBytes: images * 100,
    exactBytes: true,
    freedBytes: 0,
    disks: [],
    skipped: 0,
    failed: 0,
    gaps,
    causes: [],
  },
});

/** As the command prints it. */
function printed(more: Partial<FleetReport> = {}): string {
  const report: FleetReport = {
    ...{
      run: 'f-1',
      wasResumed: false,
      cluster: 'prod',
      fleet: 'Jobs in winnow',
      mode: 'plan',
      beganAtMs: 0,
      endedAtMs: 1,
    },
    nodes: [
      { node: 'a', outcome: 'success', work: work(3) },
      { node: 'b', outcome: 'incomplete', why: 'a gap', work: work(2, 1) },
      { node: 'c', outcome: 'failed', why: 'no answer' },
      { node: 'd', outcome: 'skipped', why: 'cordoned' },
    ],
    ...more,
  };
  return JSON.stringify(Object.fromEntries(fleetDocument(report)));
}

test('a report of a fleet is a plan with a row for each node on which something would go', () => {
  const seen = readFleetReport(printed());

  expect(seen).toMatchObject({
    ...{ target: 'prod', run: 'f-1', nodes: 3, failedNodes: 1, things: 7, predictedBytes: 500, gaps: 1, broken: [] },
    rows: [
      { n: 0, verb: 'clean-node', target: 'a', freesBytes: 300 },
      { n: 1, verb: 'clean-node', target: 'b', freesBytes: 200 },
    ],
  });
  expect(seen?.hash).toMatch(/^[0-9a-f]{64}$/);
  expect(readFleetReport(printed({ beganAtMs: 5 }))?.hash).not.toBe(seen?.hash);
});

test('outcomes go by the names of nodes', () => {
  const rows = readFleetReport(printed())?.rows ?? [];
  const after = readFleetReport(
    printed({ mode: 'apply', nodes: [{ node: 'b', outcome: 'partial', why: 'two were held' }] }),
  );

  expect(after?.outcomesOf(rows)).toEqual([
    { n: 0, outcome: 'skipped', why: 'the node is not there any more' },
    { n: 1, outcome: 'failed', why: 'two were held' },
  ]);
});

test('a fleet that broke off can not be approved, and other documents are none', () => {
  expect(readFleetReport(printed({ breaker: { failed: 3, allowed: 2 } }))?.broken).toHaveLength(1);
  expect(readFleetReport('{"kind":"Plan"}')).toBeUndefined();
  expect(readFleetReport(undefined)).toBeUndefined();
});

test('the disks of nodes are as their Jobs left them, each by its path where a node has several', () => {
  const one = { path: '/a', capacityBytes: 1000, usedPercentBefore: 80 };
  const two = [
    { ...one, usedPercentAfter: 70 },
    { ...one, path: '/b', usedPercentAfter: 80 },
  ];
  const nodes = [
    { node: 'a', outcome: 'success', work: { ...work(3), disks: [one] } },
    { node: 'b', outcome: 'success', work: { ...work(2), disks: two } },
  ] as const;

  expect(readFleetReport(printed({ nodes, beganAtMs: 5 }))?.disks).toEqual([
    { target: 'a', kind: 'node', atMs: 5, usedBytes: 800, capacityBytes: 1000, reclaimableBytes: 300 },
    { target: 'b:/a', kind: 'node', atMs: 5, usedBytes: 700, capacityBytes: 1000 },
    { target: 'b:/b', kind: 'node', atMs: 5, usedBytes: 800, capacityBytes: 1000 },
  ]);
});
