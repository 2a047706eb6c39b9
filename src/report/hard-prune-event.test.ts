import { expect, test } from 'vitest';
import { HOST, planHeader, runReport } from '../../test/support/report-examples.ts';
import type { PlanHeader } from '../plan/plan.ts';
import { inEnvelope } from './cloud-event.ts';
import { hardPrunePlanEvent, hardPruneRunEvent } from './hard-prune-event.ts';

const STORE = 'distribution-fs:/srv/registry';

function storeHeader(more: Partial<PlanHeader> = {}): PlanHeader {
  return planHeader({
    id: 'hard-prune-1',
    flow: 'hard-prune',
    scope: { cluster: 'prod', store: { name: STORE } },
    repositories: [],
    store: {
      ...{ repositories: 2, tags: 3, manifests: 4, blobs: 20, live: 12, unneeded: 8, young: 1, waiting: 0 },
      ...{ hidden: 0, hiddenBytes: 0, graceMs: 1, holdMs: 2 },
      wouldDelete: { blobs: 7, reclaimableBytes: 700, purgedBytes: 100 },
      steps: { 'unlink-blob': 6, 'purge-blob': 1 },
    },
    ...more,
  });
}

test('the summary of a dry run on a storage tells what there is, and what each step would do', () => {
  expect(hardPrunePlanEvent(storeHeader(), 1500)).toEqual({
    type: 'hard_prune.summary',
    level: 'info',
    time: '2026-08-01T12:00:00.000Z',
    cluster_name: 'prod',
    store: STORE,
    run_id: 'hard-prune-1',
    plan_id: 'hard-prune-1',
    mode: 'plan',
    outcome: 'success',
    duration_seconds: 1.5,
    totals: {
      ...{ blobs: 20, live: 12, unneeded: 8, reclaimable_bytes: 700, purged_bytes: 100 },
      ...{ brought_back: 0, skipped: 0, failed: 0, gaps: 0 },
    },
    steps: {
      ...{ manifests_deleted: 0, blobs_unlinked: 6, blobs_hidden: 0, blobs_purged: 1, blobs_restored: 0 },
      ...{ uploads_deleted: 0, temporary_files_deleted: 0, links_deleted: 0, repositories_deleted: 0 },
    },
  });
  expect(hardPrunePlanEvent(storeHeader({ broken: ['maxDeleteRatio'] }), 0).outcome).toBe('refused');
  expect(hardPrunePlanEvent(storeHeader({ actionCount: 0 }), 0).outcome).toBe('noop');
});

test('the summary of a run counts what was done, and only purged data as given back', () => {
  const report = {
    ...runReport([]),
    scope: storeHeader().scope,
    tally: { done: 6, alreadyGone: 0, skipped: 1, failed: 0, freedBytes: 650 },
    steps: { 'unlink-blob': { count: 5, bytes: 550 }, 'purge-blob': { count: 1, bytes: 100 } },
    broughtBack: { blobs: 2, links: 3 },
  };

  const event = hardPruneRunEvent(report, storeHeader());

  expect(event).toMatchObject({
    mode: 'apply',
    outcome: 'partial',
    duration_seconds: 90,
    totals: { purged_bytes: 100, brought_back: 2, skipped: 1 },
    steps: { blobs_unlinked: 5, blobs_purged: 1, blobs_hidden: 0 },
  });
});

test('the summary of a run that was checked tells what is broken since, and that nobody could look', () => {
  const one = { kind: 'link-missing', repository: 'app', what: 'sha256:ab', neededBy: [], tags: [] } as const;
  const warning = { ...one, kind: 'link-idle' } as const;
  const check = { before: [one, warning], appeared: [one, warning], healed: [warning], unseen: [] };
  const fsckOf = (more: object) =>
    hardPruneRunEvent({ ...runReport([]), check: { ...check, ...more } }, storeHeader()).fsck;

  expect(fsckOf({})).toEqual({ broken_before: 1, broken_new: 1, put_right: 0 });
  expect(fsckOf({ notLooked: 'it was stopped' })).toEqual({ broken_before: 1, broken_new: null, put_right: null });
  expect(hardPruneRunEvent(runReport([]), storeHeader())).not.toHaveProperty('fsck');
});

test('its envelope names the storage, where that of a reconciliation names the registry', () => {
  const { source, subject, type, id } = inEnvelope(hardPrunePlanEvent(storeHeader(), 0));

  expect(source).toBe('/winnow/clusters/prod/stores/distribution-fs%3A%2Fsrv%2Fregistry');
  expect([subject, type, id]).toEqual([STORE, 'dev.winnow.hard_prune.summary', 'hard-prune-1/plan']);
  expect(source).not.toContain(HOST);
});
