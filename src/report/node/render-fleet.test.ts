import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { NOON_MS, textOf } from '../../../test/support/report-examples.ts';
import { inEnvelope } from '../cloud-event.ts';
import { noPaint } from '../paint.ts';
import { nodeFleetEvent } from './fleet-event.ts';
import { exitCodeOfFleet, ratioInWords, successRatio } from './fleet-outcome.ts';
import type { FleetOutcome, FleetReport, FleetRow } from './fleet-report.ts';
import type { NodeWork } from './node-report.ts';
import { renderFleet } from './render-fleet.ts';

const work: NodeWork = {
  runtime: 'cri:///run/containerd/containerd.sock',
  found: { containers: 31, sandboxes: 24, images: 58 },
  removed: { containers: 4, sandboxes: 2, images: 11 },
  ...{ predictedBytes: 3_298_534_883, exactBytes: true, freedBytes: 3_298_534_883, measuredBytes: -1024 },
  disks: [
    { path: '/var/lib/kubelet', capacityBytes: 1e10, usedPercentBefore: 20, usedPercentAfter: 20 },
    { path: '/var/lib/containerd', capacityBytes: 1e11, usedPercentBefore: 81.46, usedPercentAfter: 78.2 },
  ],
  ...{ skipped: 0, failed: 0, gaps: 0, causes: [] },
};

const uses = { takenAtMs: NOON_MS, images: ['secret.example/app:1'], unseen: [] };

const rows: readonly FleetRow[] = [
  { node: 'control1', outcome: 'skipped', why: 'it is cordoned' },
  { node: 'worker1', outcome: 'success', job: 'node-gc-worker1-0a', runId: 'run-7', work, uses },
  { node: 'worker2', outcome: 'unknown', job: 'node-gc-worker2-0b', why: 'its log: \u001b[31mred | <b>' },
];

const report: FleetReport = {
  ...{ run: 'nightly-1', wasResumed: true, cluster: 'prod', fleet: 'Jobs in ns at https://api', mode: 'apply' },
  ...{ beganAtMs: NOON_MS, endedAtMs: NOON_MS + 90_000, nodes: rows },
};

describe('a fleet’s report', () => {
  test('shows each node, what it came to, and the success ratio at its end', () => {
    expect(textOf(renderFleet(report, 'table', noPaint))).toMatchInlineSnapshot(`
      "Cleaned the nodes of a cluster
      Fleet:    nightly-1, gone on with
      Cluster:  prod
      Where:    Jobs in ns at https://api
      Time:     2026-08-01 12:00:00Z to 2026-08-01 12:01:30Z

      NODE       OUTCOME   CONTAINERS   SANDBOXES   IMAGES   PREDICTED       FREED   MEASURED   DISK            WHY
      control1   skipped            -           -        -           -           -          -   -               it is cordoned
      worker1    success            4           2       11   3.072 GiB   3.072 GiB     -1 KiB   81.5 → 78.2 %
      worker2    unknown            -           -        -           -           -          -   -               its log: \\u001b[31mred | <b>

      Removed 4 containers, 2 sandboxes, 11 images; freed 3.072 GiB of 3.072 GiB by the plans, -1 KiB by the disks.
      success ratio 1/2 (50 %), 1 skipped"
    `);
  });

  test('as a dry run says what would go, and that nothing went', () => {
    expect(textOf(renderFleet({ ...report, mode: 'plan' }, 'table', noPaint))).toMatchInlineSnapshot(`
      "DRY RUN: nothing was removed
      Fleet:    nightly-1, gone on with
      Cluster:  prod
      Where:    Jobs in ns at https://api
      Time:     2026-08-01 12:00:00Z to 2026-08-01 12:01:30Z

      NODE       OUTCOME   CONTAINERS   SANDBOXES   IMAGES   WOULD FREE   DISK            WHY
      control1   skipped            -           -        -            -   -               it is cordoned
      worker1    success            4           2       11    3.072 GiB   81.5 → 78.2 %
      worker2    unknown            -           -        -            -   -               its log: \\u001b[31mred | <b>

      Would remove 4 containers, 2 sandboxes, 11 images; would free 3.072 GiB.
      success ratio 1/2 (50 %), 1 skipped"
    `);
  });

  test('names Jobs and runs where there is room', () => {
    const text = textOf(renderFleet(report, 'wide', noPaint));

    expect(text).toContain('node-gc-worker2-0b');
    expect(text).toContain('run-7');
  });

  test('says why it ended early, and what became of the snapshot', () => {
    const snapshot = { place: 'nodes.ndjson', written: true, references: 104, gaps: 1 };
    const whole = { ...report, breaker: { failed: 3, allowed: 3 }, stopped: 'it was told to stop', snapshot };
    const text = textOf(renderFleet(whole, 'table', noPaint));

    expect(text).toContain('Stopped: 3 nodes failed, and with 3 no further one is begun (nodeGc.fleet.maxFailures).');
    expect(text).toContain('Stopped: it was told to stop.');
    expect(text).toContain('Wrote 104 names of images in use to nodes.ndjson, with 1 gap.');
    const kept = { ...report, snapshot: { ...snapshot, written: false, why: 'because' } };
    expect(textOf(renderFleet(kept, 'table', noPaint))).toContain(
      'Did not write the images in use to nodes.ndjson: because.',
    );
  });

  test('in Markdown keeps foreign words from being markup', () => {
    const text = textOf(renderFleet(report, 'markdown', noPaint));

    expect(text).toContain('| `worker1` | success | 4 | 2 | 11 | 3.072 GiB | 81.5 → 78.2 % |  |');
    expect(text).not.toContain('<b>');
    expect(text.split('\n').at(-1)).toBe('success ratio 1/2 (50 %), 1 skipped');
  });

  test('is the same for programs in JSON and YAML, and has no names of images', () => {
    const document = JSON.parse(textOf(renderFleet(report, 'json', noPaint)));

    expect(document).toMatchObject({
      ...{ apiVersion: 'winnow/v1', kind: 'FleetReport', run: 'nightly-1', wasResumed: true, mode: 'apply' },
      counts: { succeeded: 1, of: 2, failed: 1, skipped: 1, notBegun: 0 },
      totals: { removed: { containers: 4, sandboxes: 2, images: 11 }, freedBytes: 3_298_534_883, measuredBytes: -1024 },
    });
    expect(document.nodes[1]).toEqual({
      node: 'worker1',
      outcome: 'success',
      job: 'node-gc-worker1-0a',
      runId: 'run-7',
      work,
    });
    expect(parse(textOf(renderFleet(report, 'yaml', noPaint)))).toEqual(document);
    expect(JSON.stringify(document)).not.toContain('secret.example');
  });

  test('as an event counts nodes, and tells why each of those did not end well', () => {
    const event = nodeFleetEvent(report);

    expect(event).toMatchObject({
      ...{ type: 'node_gc.fleet_summary', cluster_name: 'prod', run_id: 'nightly-1', outcome: 'partial' },
      ...{ duration_seconds: 90, freed_bytes: 3_298_534_883, measured_bytes: -1024 },
      nodes: { expected: 2, succeeded: 1, failed: 1, skipped: 1, not_begun: 0 },
    });
    expect(event.problems.map(({ node, outcome }) => `${node} ${outcome}`)).toEqual([
      'control1 skipped',
      'worker2 unknown',
    ]);
    expect(inEnvelope(event)).toMatchObject({
      type: 'dev.winnow.node_gc.fleet_summary',
      source: '/winnow/clusters/prod/fleets/Jobs%20in%20ns%20at%20https%3A%2F%2Fapi',
    });
  });
});

const withOutcomes = (...outcomes: readonly FleetOutcome[]) => ({
  nodes: outcomes.map((outcome, n) => ({ node: `n${n}`, outcome })),
});

describe('the end of a fleet', () => {
  test.each<[number, readonly FleetOutcome[], object]>([
    [0, ['success', 'success', 'skipped', 'busy'], {}],
    [0, [], {}],
    [0, ['skipped'], {}],
    [5, ['success', 'incomplete'], {}],
    [3, ['success', 'unknown'], {}],
    [3, ['incomplete', 'partial'], {}],
    [1, ['failed', 'unknown', 'skipped'], {}],
    [3, ['success', 'not-begun'], { stopped: 'by a signal' }],
    [3, ['not-begun'], { stopped: 'by a signal' }],
    [4, ['success', 'failed', 'not-begun'], { breaker: { failed: 1, allowed: 1 } }],
    [4, ['failed', 'not-begun'], { breaker: { failed: 1, allowed: 1 } }],
  ])('is %i where nodes are %j', (code, outcomes, more) => {
    expect(exitCodeOfFleet({ ...withOutcomes(...outcomes), ...more })).toBe(code);
  });

  test('never calls it all where one is missing', () => {
    const outcomes = Array.from({ length: 1000 }, (_, n): FleetOutcome => (n === 0 ? 'failed' : 'success'));

    expect(ratioInWords(successRatio(withOutcomes(...outcomes)))).toBe('success ratio 999/1000 (99 %)');
  });
});
