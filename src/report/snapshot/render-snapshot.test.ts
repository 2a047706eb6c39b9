import { describe, expect, test } from 'vitest';
import { noPaint } from '../paint.ts';
import { renderSnapshot } from './render-snapshot.ts';
import type { SnapshotReport } from './snapshot-report.ts';

const taken = {
  cluster: 'prod-eu',
  shown: 'kubernetes:?context=prod',
  takenAtMs: Date.UTC(2026, 7, 1, 12),
  place: 'oci://registry.example/winnow:prod-eu',
  workloads: 12,
  references: 5,
  kinds: { Deployment: 2, Pod: 10 },
};
const digest = `sha256:${'a'.repeat(64)}`;
const written: SnapshotReport = { ...taken, written: true, gaps: [], sizeBytes: 2048, digest };
const refused: SnapshotReport = {
  ...{ ...taken, written: false, refusal: 'gaps' },
  before: { state: 'good', takenAtMs: Date.UTC(2026, 7, 1, 11), workloads: 12 },
  gaps: [
    {
      scope: '',
      hides: 'holds',
      source: 'cluster prod-eu',
      cause: 'listing jobs: forbidden',
      hint: 'grant list on jobs',
    },
  ],
};

const text = (report: SnapshotReport, format: Parameters<typeof renderSnapshot>[1]) =>
  [...renderSnapshot(report, format, noPaint)].join('\n');

describe('the report of a snapshot', () => {
  test('says of which cluster it is, what is in it and where it lies', () => {
    expect(text(written, 'table').split('\n')).toEqual([
      'Cluster:       prod-eu (kubernetes:?context=prod)',
      'Taken:         2026-08-01 12:00:00Z',
      'Workloads:     12 (2 Deployment, 10 Pod)',
      'Images named:  5',
      'Written:       oci://registry.example/winnow:prod-eu, 2 KiB',
      `Digest:        sha256:${'a'.repeat(64)}`,
    ]);
  });

  test('says why nothing was written, what is missing, and what to do', () => {
    const table = text(refused, 'table');

    expect(table).toContain('Written:       no');
    expect(table).toContain('listing jobs: forbidden');
    expect(table).toContain('hint: grant list on jobs');
    expect(table).toContain(
      'Not written: the one at oci://registry.example/winnow:prod-eu of 2026-08-01 11:00:00Z is whole',
    );
    expect(text(refused, 'markdown')).toContain('Not written: the one at');
  });

  test('says so where there were far more workloads before', () => {
    const { before } = refused;
    const report: SnapshotReport = {
      ...taken,
      workloads: 1,
      written: false,
      refusal: 'drop',
      gaps: [],
      ...(before && { before }),
    };

    expect(text(report, 'table')).toContain(
      'has 12 workloads, and this one 1. If that is right, --allow-drop writes it.',
    );
  });

  test('is a document for programs', () => {
    expect(JSON.parse(text(refused, 'json'))).toMatchObject({
      ...{ apiVersion: 'winnow/v1', kind: 'Snapshot', cluster: 'prod-eu', written: false },
      ...{ takenAt: '2026-08-01T12:00:00.000Z', kinds: { Deployment: 2, Pod: 10 } },
      before: { state: 'good', takenAt: '2026-08-01T11:00:00.000Z', workloads: 12 },
      gaps: [{ hides: 'holds', cause: 'listing jobs: forbidden' }],
    });
  });
});
