import { describe, expect, test } from 'vitest';
import { ACTIONS, HOST, planHeader, textOf } from '../../../test/support/report-examples.ts';
import type { PlanHeader } from '../../plan/plan.ts';
import { noPaint } from '../paint.ts';
import { prunePlanEvent } from '../prune-event.ts';
import { renderPlan } from './render-plan.ts';

const facts = { exists: 3, refers: 4, holds: 2, retires: 0 };
const header = (more: Partial<PlanHeader> = {}) =>
  planHeader({
    flow: 'prune',
    clusters: ['kubernetes:?context=prod&name=prod'],
    evidence: [
      { source: 'cluster prod', observedAtMs: 0, facts, gaps: 1 },
      { source: `registry ${HOST}`, observedAtMs: 0, facts, gaps: 0 },
    ],
    badReferences: [{ reference: 'App:x', by: ['Pod shop/web'], why: 'it is none', keeps: ['team/app'] }],
    idleRules: ['policy builds: keepNewest 5'],
    ...more,
  });
const shown = (format: 'table' | 'markdown' | 'json', more: Partial<PlanHeader> = {}) =>
  textOf(renderPlan({ header: header(more), actions: ACTIONS }, format, noPaint));

describe('a plan by use', () => {
  test('tells who was asked, which names can not be read, and which rules met nothing', () => {
    const table = shown('table');
    expect(table).toMatch(/CLUSTER +ASKED +USES +GAPS\ncluster prod +1970-01-01 00:00:00Z +2 +1\n/);
    expect(table).toMatch(/REPOSITORY +POLICY +FOUND +USED/);
    expect(table).toContain('"App:x" of Pod shop/web: it is none; keeps team/app');
    expect(table).toContain('1 rule of the policies met nothing');
    const markdown = shown('markdown');
    for (const words of ['cluster prod: 2 uses, 1 gap', 'Met nothing: policy builds: keepNewest 5', 'App:x'])
      expect(markdown).toContain(words);
    expect(JSON.parse(shown('json'))).toMatchObject({
      clusters: ['kubernetes:?context=prod&name=prod'],
      badReferences: [{ reference: 'App:x' }],
      idleRules: ['policy builds: keepNewest 5'],
    });
  });

  test('says so where nobody was asked', () => {
    expect(shown('table', { clusters: [] })).toContain('No cluster was asked: what runs is not known.');
    expect(shown('markdown', { clusters: [] })).toContain('No cluster was asked');
  });

  test('is told by an event of its own', () => {
    expect(prunePlanEvent(header(), 1500)).toMatchObject({
      ...{ type: 'prune.summary', mode: 'plan', registry: HOST, duration_seconds: 1.5 },
      ...{ clusters: 1, bad_references: 1, idle_rules: 1 },
    });
  });
});
