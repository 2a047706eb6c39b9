import { expect, test } from 'vitest';
import type { FleetReport } from '../../report/node/fleet-report.ts';
import { fleetDocument } from '../../report/node/render-fleet.ts';
import { disksTold } from './disks-told.ts';

const none = { containers: 0, sandboxes: 0, images: 0 };
const disk = { path: '/a', capacityBytes: 1000, usedPercentBefore: 80 };

function printed(disks: Readonly<Record<string, readonly object[]>>): string {
  const report = {
    ...{ run: 'r', wasResumed: false, fleet: 'Jobs', mode: 'apply', beganAtMs: 0, endedAtMs: 5 },
    nodes: [
      ...Object.entries(disks).map(([node, of]) => ({
        ...{ node, outcome: 'success' },
        work: { runtime: 'r', found: none, removed: none, predictedBytes: 0, freedBytes: 0, disks: of, causes: [] },
      })),
      { node: 'silent', outcome: 'failed', why: 'no answer' },
    ],
  };
  return JSON.stringify(Object.fromEntries(fleetDocument(report as unknown as FleetReport)));
}

test('the disks of nodes are as their Jobs left them, each by its path where a node has several', () => {
  const one = [{ ...disk, usedPercentAfter: 70 }];
  const two = [...one, { ...disk, path: '/b', usedPercentAfter: 80 }];

  expect(disksTold(printed({ a: one, b: two }))).toEqual([
    { target: 'a', kind: 'node', atMs: 5, usedBytes: 700, capacityBytes: 1000 },
    { target: 'b:/a', kind: 'node', atMs: 5, usedBytes: 700, capacityBytes: 1000 },
    { target: 'b:/b', kind: 'node', atMs: 5, usedBytes: 800, capacityBytes: 1000 },
  ]);
});

test('what was not measured in the end is not told, nor what another document says', () => {
  expect(disksTold(printed({ a: [disk] }))).toEqual([]);
  expect(disksTold('{"kind":"RunReport","nodes":[]}')).toEqual([]);
});
