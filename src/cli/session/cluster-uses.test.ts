import { describe, expect, test } from 'vitest';
import { collectEvidence } from '../../evidence/evidence.ts';
import type { Sink } from '../../evidence/sink.ts';
import type { State } from '../../systems/state/contract.ts';
import { memoryState } from '../../systems/state/memory/memory-state.ts';
import { watchedCluster } from './cluster-uses.ts';

const never = new AbortController().signal;

/** Surveys a cluster of so many workloads, and remembers it. @returns its gaps */
async function visit(state: State, workloads: number, { gap = false, maxDropShare = 0.5 } = {}) {
  const cluster = {
    name: 'prod',
    mayHold: ['registry.example/team', 'registry.example/shop'],
    uses: () => ({
      name: 'cluster prod',
      survey: async (sink: Sink) => {
        for (let n = 0; n < workloads; n += 1) {
          const pod = sink.resource('workload', 'prod/shop', `Pod/${n}`);
          sink.holds(pod, `Pod ${n}`);
          sink.holds(pod, `Pod ${n}, again`);
        }
        if (gap) sink.gap({ scope: '', hides: 'holds', source: 'cluster prod', cause: 'half of it' });
      },
    }),
  };
  const watched = watchedCluster(cluster, { extractors: [] }, 'registry.example', { state, maxDropShare });
  const { evidence, sink } = collectEvidence();
  await watched.source.survey(sink, never);
  await watched.remember(1000);
  return evidence.gaps;
}

describe('a cluster with far fewer workloads than at the last run', () => {
  test('hides what it may hold, and is compared with the last good run next time, too', async () => {
    const state = memoryState();
    expect(await visit(state, 100)).toEqual([]);
    const gaps = await visit(state, 40);
    expect(gaps.map(({ scope, hides }) => [scope, hides])).toEqual([
      ['registry.example/team', 'holds'],
      ['registry.example/shop', 'holds'],
    ]);
    expect(gaps[0]?.cause).toContain('from 100 to 40');
    expect(await visit(state, 40)).toHaveLength(2);
  });

  test('is fine where that is allowed, and where there were few', async () => {
    const state = memoryState();
    await visit(state, 100);
    expect(await visit(state, 1, { maxDropShare: 1 })).toEqual([]);
    expect(await visit(state, 0)).toEqual([]);
  });

  test('is not compared where it was not seen whole', async () => {
    const state = memoryState();
    await visit(state, 100);
    expect(await visit(state, 10, { gap: true })).toHaveLength(1);
    expect(await visit(state, 90)).toEqual([]);
  });
});
