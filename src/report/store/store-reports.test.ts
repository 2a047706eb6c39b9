import { describe, expect, test } from 'vitest';
import { createMemoryStore } from '../../../test/support/memory-store.ts';
import { createStoreWorld, pushStoreImage, uploadBlob } from '../../../test/support/memory-store-world.ts';
import { textOf } from '../../../test/support/report-examples.ts';
import { planMemoryStore } from '../../../test/support/store-plan.ts';
import type { RunReport } from '../../apply/run-report.ts';
import type { Digest } from '../../oci/digest.ts';
import type { Plan } from '../../plan/plan.ts';
import type { BlobBytes, StoreCounts } from '../../plan/store-counts.ts';
import { type OutputFormat, outputFormats } from '../output-format.ts';
import { noPaint } from '../paint.ts';
import { renderPlan } from '../plan/render-plan.ts';
import { renderRun } from '../run/render-run.ts';
import { type PendingRow, renderStoreStatus } from './store-status.ts';

const DAY_MS = 86_400_000;

async function madePlan(orphans: number, maxDeleteRatio = 1): Promise<Plan> {
  const world = createStoreWorld();
  pushStoreImage(world, 'team/app', { tags: ['v1'] });
  for (let n = 0; n < orphans; n += 1) uploadBlob(world, 'team/app', `orphan ${n}`.padEnd(1024));
  world.clock.forward(2 * DAY_MS);
  const { plan } = await planMemoryStore(createMemoryStore({ world }), {}, { maxDeleteRatio });
  return plan;
}

async function shownPlan(format: OutputFormat, orphans: number, maxDeleteRatio = 1): Promise<string> {
  return textOf(renderPlan(await madePlan(orphans, maxDeleteRatio), format, noPaint));
}

describe('a plan for a storage', () => {
  test('says in the table and in Markdown what OpenShift’s users know', async () => {
    for (const format of ['table', 'wide', 'markdown'] as const)
      expect(await shownPlan(format, 3)).toMatch(/^Would delete 3 blobs\s*\nWould free up 3 KiB of disk space\s*$/m);
    expect(await shownPlan('table', 0)).toContain('Would delete 0 blobs\nWould free up 0 B of disk space');
  });

  test('says them word for word as OpenShift does: one is `1 blobs`, and sizes have at most three decimals', async () => {
    const plan = await madePlan(1);
    const told = plan.header.store as StoreCounts;
    const wouldDelete = { blobs: 13374, reclaimableBytes: 3_044_058_071, purgedBytes: 0 };
    const large = { ...plan, header: { ...plan.header, store: { ...told, wouldDelete } } };
    for (const format of ['table', 'wide'] as const) {
      const lines = textOf(renderPlan(large, format, noPaint)).split('\n');
      const at = lines.indexOf('Would delete 13374 blobs');
      expect(lines.slice(at, at + 2)).toEqual(['Would delete 13374 blobs', 'Would free up 2.835 GiB of disk space']);
      expect(textOf(renderPlan(plan, format, noPaint)).split('\n')).toContain('Would delete 1 blobs');
    }
    expect(textOf(renderPlan(large, 'markdown', noPaint))).toMatch(
      /^Would delete 13374 blobs {2}\nWould free up 2\.835 GiB of disk space {2}$/m,
    );
  });

  test('where everything is needed says how what needs it goes, and not what is on its way out', async () => {
    const last = (await shownPlan('table', 0)).split('\n').at(-1);
    expect(last).toMatch(
      /^Next: what needs these blobs has to go first: tags by winnow prune, .* by --delete-untagged$/,
    );
  });

  test('tells how many steps there are until the disk has its space back', async () => {
    const text = await shownPlan('table', 3);
    expect(text).toContain('This run takes the links from 3 blobs.');
    expect(text).toContain('data is hidden 1d after its links went, and goes for good 7d later');
  });

  test('shows the first twenty in the table, and all of them where that is asked for', async () => {
    const rows = (text: string) => text.split('\n').filter((line) => line.includes('unlink-blob')).length;
    const table = await shownPlan('table', 30);
    expect(rows(table)).toBe(20);
    expect(table).toContain('… and 10 more (-o wide shows all)');
    expect(rows(await shownPlan('wide', 30))).toBe(30);
  });

  test('is one JSON object with counts, and each blob with digest, repositories, reason and bytes', async () => {
    const document = JSON.parse(await shownPlan('json', 2));
    expect(document).toMatchObject({
      ...{ kind: 'Plan', flow: 'hard-prune', store: 'distribution-fs:/memory', freesBytes: 2048 },
      blobs: { blobs: 5, live: 3, unneeded: 2, wouldDelete: { blobs: 2, reclaimableBytes: 2048 } },
    });
    expect(document.actions[0]).toMatchObject({
      ...{ do: 'unlink-blob', repositories: ['team/app'], reason: 'no-manifest', freesBytes: 1024 },
      digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    });
  });

  test.each(outputFormats)('tells of a broken limit, in %s', async (format) => {
    const text = await shownPlan(format, 25, 0.3);
    expect(text).toContain('maxDeleteRatio: 25 of 28 blobs would go');
    expect(text).toMatch(/maxDeleteRatio: 25 KiB of 25\.\d+ KiB in blobs would go/);
  });

  test('says how many bytes that is of how many, where a limit asks for it', async () => {
    const { header, actions } = await madePlan(3);
    const shown = (bytes?: BlobBytes) => {
      const store = { ...(header.store as StoreCounts), ...(bytes !== undefined && { bytes }) };
      return textOf(renderPlan({ header: { ...header, store }, actions }, 'table', noPaint));
    };
    const bytes = { goBytes: 5 * 1024, allBytes: 20 * 1024 };
    expect(shown({ ...bytes, isLeast: false })).toMatch(/^Bytes: +5 KiB not needed and old enough, 25 % of 20 KiB$/m);
    expect(shown({ ...bytes, isLeast: true })).toMatch(
      /^Bytes: +5 KiB not needed and old enough, at most 25 % of all$/m,
    );
    expect(shown()).not.toContain('Bytes:');
  });
});

describe('a run on a storage', () => {
  const report: RunReport = {
    ...{ runId: 'run-1', planId: 'run-1', flow: 'hard-prune', scope: { store: { name: 'distribution-fs:/srv' } } },
    ...{ beganAtMs: 0, endedAtMs: 1000, stopped: false, repositories: [], undone: [], causes: [] },
    tally: { done: 5, alreadyGone: 0, skipped: 0, failed: 0, freedBytes: 3072 },
    steps: {
      'unlink-blob': { count: 2, bytes: 1024 },
      'hide-blob': { count: 2, bytes: 1024 },
      'purge-blob': { count: 1, bytes: 1024 },
    },
    broughtBack: { blobs: 1, links: 2 },
  };

  test.each(['table', 'markdown'] as const)('says what is free and what can still come back, in %s', (format) => {
    const text = [...renderRun(report, format, noPaint)].join('\n');
    expect(text).toContain('Unlinked 2 blobs, 1 KiB that are not free yet');
    expect(text).toContain('Hid 2 blobs, 1 KiB that can still be brought back');
    expect(text).toMatch(/^(- )?Deleted 1 blobs {0,2}\n(- )?Freed up 1 KiB of disk space {0,2}$/m);
    expect(text).toContain('Brought back 1 blob and 2 links that somebody asked for meanwhile');
    expect(text).toContain('To take it back (but 1 blob went for good): winnow undo run-1');
    expect(text).not.toContain('tag');
  });

  test('does not offer to take back what went for good', () => {
    const onlyPurged = {
      ...report,
      tally: { ...report.tally, done: 1 },
      steps: { 'purge-blob': { count: 1, bytes: 1024 } },
    };
    const text = [...renderRun(onlyPurged, 'table', noPaint)].join('\n');
    expect(text).toContain('Nothing to take back: 1 blob went for good.');
    expect(text).not.toContain('winnow undo');
  });

  test('has its steps in JSON', () => {
    const document = JSON.parse([...renderRun(report, 'json', noPaint)].join('\n'));
    expect(document).toMatchObject({
      store: 'distribution-fs:/srv',
      steps: report.steps,
      broughtBack: report.broughtBack,
    });
  });
});

describe('the status of a storage', () => {
  const row = (letter: string, state: PendingRow['state'], dueAtMs: number) => ({
    ...{ digest: `sha256:${letter.repeat(64)}` as Digest, state, runId: 'run-1', sinceMs: 0, dueAtMs },
    sizeBytes: state === 'hidden' ? 2048 : 0,
  });
  const status = {
    ...{ store: 'distribution-fs:/srv', nowMs: DAY_MS, graceMs: DAY_MS, holdMs: 7 * DAY_MS },
    rows: [row('a', 'unlinked', DAY_MS), row('b', 'hidden', 7 * DAY_MS)],
  };
  const shown = (format: OutputFormat, of = status) => [...renderStoreStatus(of, format, noPaint)].join('\n');

  test('tells of each blob its state, and when its next step is due', () => {
    expect(shown('table')).toMatch(/sha256:a{12}…\s+unlinked\s+1970-01-01 00:00:00Z\s+hide-blob\s+now\s+run-1/);
    expect(shown('wide')).toMatch(/sha256:b{64}\s+hidden\s+2 KiB\s+1970-01-01 00:00:00Z\s+purge-blob\s+in 6d\s+run-1/);
    expect(JSON.parse(shown('json'))).toMatchObject({
      counts: { beingUnlinked: 0, unlinked: 1, hidden: 1, hiddenBytes: 2048, due: 1 },
      blobs: [
        { state: 'unlinked', next: 'hide-blob', isDue: true },
        { state: 'hidden', next: 'purge-blob', sizeBytes: 2048, dueAt: '1970-01-08T00:00:00.000Z', isDue: false },
      ],
    });
  });

  test('tells apart what a run is unlinking, or died at, and what is unlinked', () => {
    const begun = { ...status, rows: [row('c', 'being-unlinked', 0)] };

    expect(shown('table', begun)).toMatch(/sha256:c{12}…\s+being unlinked\s+1970\S+ \S+\s+unlink-blob\s+now\s+run-1/);
    expect(shown('table', begun)).toMatch(/Being unlinked:\s+1 blob; the next run takes that step anew/);
    expect(JSON.parse(shown('json', begun))).toMatchObject({
      counts: { beingUnlinked: 1, unlinked: 0 },
      blobs: [{ state: 'being-unlinked', next: 'unlink-blob', runId: 'run-1' }],
    });
  });

  test('says so when nothing is on its way out', () => {
    expect(shown('table', { ...status, rows: [] })).toContain('nothing is on its way out');
  });
});
