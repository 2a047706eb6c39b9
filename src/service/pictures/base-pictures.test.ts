import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DiskReading, RunRecord, RunState } from '../../systems/history/contract.ts';
import { stateLooks } from '../pages/parts/state.tsx';
import { DiskBar, diskParts, diskStanding, percent } from './disk-bar.tsx';
import { runLook } from './run-look.ts';
import { RunStrip, STRIP_CELLS, stripTitle } from './run-strip.tsx';
import { Spark, sparkPoints } from './spark.tsx';
import { TimeLine } from './time-line.tsx';

const GIB = 2 ** 30;
const at = Date.UTC(2026, 10, 21, 3);
const disk: DiskReading = { target: 'registry.example', kind: 'registry', atMs: at, usedBytes: 60 * GIB };

function run(n: number, state: RunState, more: Partial<RunRecord> = {}): RunRecord {
  const dueAtMs = at + n * 86_400_000;
  return { id: `nightly-${n}`, schedule: 'nightly', flow: 'prune', trigger: 'schedule', dueAtMs, state, ...more };
}

describe('a disk bar', () => {
  it('is divided into parts that add up to the whole, whatever was read', () => {
    const bytes = fc.nat({ max: 2 ** 45 });
    fc.assert(
      fc.property(bytes, fc.option(bytes, { nil: undefined }), bytes, (usedBytes, capacityBytes, reclaimableBytes) => {
        const parts = diskParts({
          ...disk,
          usedBytes,
          reclaimableBytes,
          ...(capacityBytes !== undefined && { capacityBytes }),
        });
        expect(parts.keptBytes + parts.reclaimableBytes + parts.freeBytes).toBe(parts.wholeBytes);
        expect(Math.min(parts.keptBytes, parts.reclaimableBytes, parts.freeBytes)).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('tells in its title what it shows, and in words where the disk stands', () => {
    const reading = { ...disk, capacityBytes: 100 * GIB, reclaimableBytes: 20 * GIB };
    const svg = String(DiskBar({ reading, high: 0.85, low: 0.8 }));
    expect(svg).toContain(
      '<title>registry.example: 60 GiB of 100 GiB used (60 %), 20 GiB reclaimable, below the low mark</title>',
    );
    expect(svg).toContain('<desc>High mark at 85 %, low mark at 80 %.</desc>');
    expect(svg).toContain('role="img"');
    expect(
      [...svg.matchAll(/<rect class="area look-(\w+)" x="([\d.]+)" y="14" width="([\d.]+)"/g)].map((m) => m.slice(1)),
    ).toEqual([
      ['stays', '0', '240'],
      ['goes', '240', '120'],
      ['free', '360', '240'],
    ]);
  });

  it('takes the marks of the disk itself before those of the settings', () => {
    const reading = { ...disk, capacityBytes: 100 * GIB, highPercent: 55, lowPercent: 50 };
    expect(diskStanding(reading, 0.85, 0.8)).toBe('above the high mark');
    expect(diskStanding({ ...disk, capacityBytes: 100 * GIB }, 0.85, 0.8)).toBe('below the low mark');
  });

  it('draws neither marks nor free space where nobody tells the size', () => {
    const svg = String(DiskBar({ reading: disk, high: 0.85, low: 0.8 }));
    expect(svg).toContain('size unknown');
    expect(svg).not.toContain('class="mark');
    expect(svg).not.toContain('look-free');
  });

  it('never says that a disk is full before it is', () => {
    expect(percent(0.9999)).toBe('99 %');
    expect(percent(1)).toBe('100 %');
    expect(percent(0.29)).toBe('29 %');
  });
});

describe('a run strip', () => {
  it('draws the newest runs at the right and leaves the places of others empty', () => {
    const svg = String(RunStrip({ runs: [run(2, 'failed'), run(0, 'done'), run(1, 'nothing')] }));
    expect([...svg.matchAll(/run-cell run-(\w+)/g)].map(([, kind]) => kind)).toEqual(['good', 'good', 'bad']);
    expect([...svg.matchAll(/run-none/g)]).toHaveLength(STRIP_CELLS - 3);
    expect(svg).toContain('<desc>Newest last: done, nothing to do, failed.</desc>');
  });

  it('has as many cells as it has places, however many runs there were', () => {
    const svg = String(RunStrip({ runs: Array.from({ length: 90 }, (_, n) => run(n, n === 89 ? 'failed' : 'done')) }));
    expect([...svg.matchAll(/run-cell/g)]).toHaveLength(STRIP_CELLS);
    expect(svg).toContain('<title>28 runs: 27 done, 1 failed</title>');
  });

  it('counts runs in words, so that no state is told by its colour alone', () => {
    expect(stripTitle([])).toBe('No run yet');
    expect(stripTitle([run(0, 'waiting')])).toBe(`1 run: 1 ${stateLooks.waiting.words}`);
    const looks = (Object.keys(stateLooks) as RunState[]).map(runLook);
    expect(new Set(looks.map(({ tone, sign }) => `${tone} ${sign}`)).size).toBeGreaterThan(9);
    for (const { words, sign } of looks) expect([words === '', sign.length]).toEqual([false, 1]);
  });
});

describe('a spark line', () => {
  it('stays within its picture, and has gaps where nothing is known', () => {
    const values = fc.array(fc.option(fc.nat({ max: 2 ** 45 }), { nil: undefined }), { maxLength: 60 });
    fc.assert(
      fc.property(values, (some) => {
        const points = sparkPoints(some);
        expect(points.flat()).toHaveLength(some.filter((value) => value !== undefined).length);
        for (const { x, y } of points.flat()) {
          expect(x).toBeGreaterThanOrEqual(3);
          expect(x).toBeLessThanOrEqual(117.001);
          expect(y).toBeGreaterThanOrEqual(3);
          expect(y).toBeLessThanOrEqual(25);
        }
      }),
    );
    expect(sparkPoints([1, undefined, 2, 3]).map((stretch) => stretch.length)).toEqual([1, 2]);
  });

  it('says in words what its line does', () => {
    expect(String(Spark({ values: [GIB, 3 * GIB, 2 * GIB], label: 'disk' }))).toContain(
      '<title>disk: from 1 GiB to 2 GiB, least 1 GiB, most 3 GiB</title>',
    );
    expect(String(Spark({ values: [], label: 'disk' }))).toContain('<title>disk: nothing known yet</title>');
  });
});

describe('a time line', () => {
  it('shows what runs found, left alive, removed and freed, and says the same in a table', () => {
    const runs = [
      run(0, 'done', { counts: { found: 100, live: 80, removed: 20 }, freedBytes: 2 * GIB }),
      run(1, 'failed'),
      run(2, 'done', { counts: { found: 90, live: 85, removed: 5 }, freedBytes: GIB }),
    ];
    const svg = String(TimeLine({ runs }));
    expect(svg).toContain(
      '<title>3 runs, 2026-11-21 03:00:00Z to 2026-11-23 03:00:00Z: 25 removed, 3 GiB freed</title>',
    );
    expect([...svg.matchAll(/class="bar bar-(\w+)"/g)].map(([, name]) => name)).toEqual([
      ...['removed', 'removed'],
      ...['freed', 'freed'],
    ]);
    expect(svg).toContain('<td>2026-11-22 03:00:00Z</td><td>failed</td>');
  });

  it('draws bars whose heights are in proportion', () => {
    const runs = [100, 50].map((removed, n) => run(n, 'done', { counts: { removed } }));
    const heights = [...String(TimeLine({ runs })).matchAll(/bar-removed"[^>]* height="([\d.]+)"/g)].map(([, h]) =>
      Number(h),
    );
    expect((heights[0] ?? 0) / (heights[1] ?? 1)).toBe(2);
  });

  it('says so where there is nothing to draw', () => {
    expect(String(TimeLine({ runs: [] }))).toContain('No run yet');
    expect(String(TimeLine({ runs: [run(0, 'failed')] }))).toContain('removed: no run tells');
  });

  it('needs no inline style and no script', () => {
    const all = [
      String(TimeLine({ runs: [run(0, 'done', { counts: { removed: 1 } })] })),
      String(RunStrip({ runs: [run(0, 'done')] })),
      String(DiskBar({ reading: disk, high: 0.85, low: 0.8 })),
      String(Spark({ values: [1, 2], label: 'x' })),
    ];
    for (const one of all) expect(one).not.toMatch(/ style=|<script|<style| on\w+=/);
  });
});
