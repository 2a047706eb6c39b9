import { describe, expect, test } from 'vitest';
import { ACTIONS, DONE, HOST, NOON_MS, planHeader, runReport } from '../../test/support/report-examples.ts';
import type { EventEnvelope } from '../systems/events/contract.ts';
import { inEnvelope } from './cloud-event.ts';
import { planSummaryEvent, runSummaryEvent } from './events.ts';

const gap = { scope: HOST, hides: 'holds', source: 's', cause: 'c' } as const;

describe('the summary of a reconciliation', () => {
  test('tells what a dry run found, with counts by repository', () => {
    expect(planSummaryEvent(planHeader({ gaps: [gap] }), 2500)).toEqual({
      type: 'registry_reconcile.summary',
      level: 'info',
      time: '2026-08-01T12:00:00.000Z',
      cluster_name: 'prod',
      registry: HOST,
      run_id: 'reconcile-20260801t120000z-ab12',
      plan_id: 'reconcile-20260801t120000z-ab12',
      mode: 'plan',
      outcome: 'success',
      duration_seconds: 2.5,
      totals: { found: 15, live: 9, removed: 2, kept: 13, freed_bytes: 3_145_728, skipped: 0, failed: 0, gaps: 1 },
      repositories: [
        { repository: 'limepoint/agent', found: 3, live: 0, removed: 0, kept: 3, freed_bytes: 0 },
        { repository: 'opschain/app', found: 12, live: 9, removed: 2, kept: 10, freed_bytes: 3_145_728 },
      ],
    });
  });

  test('tells what a run did, which may be less than its plan', () => {
    const [v1, v2, manifest] = ACTIONS;
    const report = runReport([
      [v1!, DONE],
      [v2!, { result: 'failed', code: 'X', why: '' }],
      [manifest!, { result: 'skipped', guard: 'keeper-stayed', why: '' }],
    ]);

    expect(runSummaryEvent(report, planHeader())).toMatchObject({
      time: '2026-08-01T12:01:30.000Z',
      mode: 'apply',
      outcome: 'partial',
      duration_seconds: 90,
      totals: { found: 15, live: 9, removed: 1, kept: 14, freed_bytes: 0, skipped: 1, failed: 1, gaps: 0 },
      repositories: [
        { repository: 'limepoint/agent', removed: 0, kept: 3 },
        { repository: 'opschain/app', removed: 1, kept: 11 },
      ],
    });
  });

  test('has a word for an empty plan and for one that a limit stops', () => {
    expect(planSummaryEvent(planHeader({ actionCount: 0 }), 0).outcome).toBe('noop');
    expect(planSummaryEvent(planHeader({ broken: ['maxShare'] }), 0).outcome).toBe('refused');
  });

  test('has null where no cluster is named', () => {
    const header = planHeader({ scope: { registry: { host: HOST, url: `https://${HOST}` } } });

    expect(planSummaryEvent(header, 0).cluster_name).toBeNull();
    expect(inEnvelope(planSummaryEvent(header, 0)).source).toBe('/winnow/registries/registry.example%3A5000');
  });
});

describe('an event in its envelope', () => {
  const event = planSummaryEvent(planHeader({ madeAtMs: NOON_MS }), 0);
  const envelope: EventEnvelope = inEnvelope(event);

  test('is a CloudEvent in structured mode', () => {
    expect(envelope).toEqual({
      specversion: '1.0',
      id: 'reconcile-20260801t120000z-ab12/plan',
      source: '/winnow/clusters/prod/registries/registry.example%3A5000',
      type: 'dev.winnow.registry_reconcile.summary',
      subject: HOST,
      time: '2026-08-01T12:00:00.000Z',
      datacontenttype: 'application/json',
      data: event,
    });
  });

  test('has the same name when it is made again, another for the run that follows, and another for another cluster', () => {
    const [v1] = ACTIONS;
    const run = inEnvelope(runSummaryEvent(runReport([[v1!, DONE]]), planHeader()));
    const elsewhere = inEnvelope({ ...event, cluster_name: 'test/1' });

    expect(inEnvelope(planSummaryEvent(planHeader(), 7)).id).toBe(envelope.id);
    expect(run.id).not.toBe(envelope.id);
    expect(elsewhere.source).toBe('/winnow/clusters/test%2F1/registries/registry.example%3A5000');
  });
});
