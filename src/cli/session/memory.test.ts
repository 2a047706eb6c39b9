import { describe, expect, it } from 'vitest';
import { collectEvidence } from '../../evidence/evidence.ts';
import type { Gap } from '../../evidence/gap.ts';
import type { RepositoryCounts } from '../../plan/repository-counts.ts';
import type { RecordSource } from '../../systems/records/contract.ts';
import { states } from '../../systems/state/index.ts';
import { registryDrops, rememberRecords, rememberTags, watchedRecords } from './memory.ts';
import type { OpenRecords } from './session.ts';

const HOST = 'registry.test';
const NOW_MS = Date.UTC(2026, 0, 1);
const never = new AbortController().signal;

/** A record source that answers, with so many rows. */
function records(rowCount: number, maxDropShare = 0.5, countedAs = 'file /records.csv'): OpenRecords {
  const source: RecordSource = { name: 'file', rowCount, survey: async () => {}, close: async () => {} };
  return { source, name: 'file', countedAs, maxDropShare };
}

function repositories(...found: readonly number[]): readonly RepositoryCounts[] {
  return found.map((tags, n) => ({
    ...{ repository: `team/app-${n}`, class: 'steps', found: tags, live: 0, removed: 0 },
    ...{ keptByReason: {}, freesBytes: 0 },
  }));
}

async function gapsOf(one: OpenRecords, state: ReturnType<typeof states.memory>): Promise<readonly Gap[]> {
  const { sink, evidence } = collectEvidence();
  await watchedRecords(one, HOST, state).survey(sink, never);
  return evidence.gaps;
}

describe('record sources that are watched', () => {
  it('that shrank by more than they may hide the holds of the whole registry', async () => {
    const state = states.memory();
    await rememberRecords([records(100)], HOST, state, NOW_MS);

    expect(await gapsOf(records(50), state)).toEqual([]);
    expect(await gapsOf(records(49), state)).toMatchObject([{ scope: HOST, hides: 'holds' }]);
    expect(await gapsOf(records(49, 0.9), state)).toEqual([]);
  });

  it('that shrank strangely are not remembered: the next run is as wary as this one', async () => {
    const state = states.memory();
    await rememberRecords([records(100)], HOST, state, NOW_MS);
    await rememberRecords([records(1)], HOST, state, NOW_MS);

    expect(await gapsOf(records(1), state)).toHaveLength(1);
  });

  it('and are few may lose most of their rows, but not all: an empty answer is no evidence', async () => {
    const state = states.memory();
    await rememberRecords([records(3)], HOST, state, NOW_MS);

    expect(await gapsOf(records(1), state)).toEqual([]);
    expect(await gapsOf(records(0), state)).toMatchObject([{ scope: HOST, hides: 'holds' }]);
    await rememberRecords([records(1)], HOST, state, NOW_MS);
    expect(await gapsOf(records(1), state)).toEqual([]);
  });

  it('and are read from different places are not compared with each other', async () => {
    const state = states.memory();
    await rememberRecords([records(100)], HOST, state, NOW_MS);

    expect(await gapsOf(records(30, 0.5, 'file /other.csv'), state)).toEqual([]);
    expect(await gapsOf(records(30), state)).toHaveLength(1);
  });

  it('that shrank strangely name the flag that allows it', async () => {
    const state = states.memory();
    await rememberRecords([records(100)], HOST, state, NOW_MS);

    expect((await gapsOf(records(1), state))[0]?.hint).toContain('--max-drop-share 1');
  });

  it('have nothing to be compared with the first time', async () => {
    expect(await gapsOf(records(0), states.memory())).toEqual([]);
  });
});

describe('a registry that is watched', () => {
  it('and shows far fewer tags or repositories than at the last run stops the plan', async () => {
    const state = states.memory();
    await state.rememberCounts(`registry ${HOST}`, { tags: 1000, repositories: 100 }, NOW_MS);
    const hundred = Array.from({ length: 100 }, () => 10);

    expect(await registryDrops(repositories(...hundred), HOST, state, 0.5)).toEqual([]);
    expect(await registryDrops(repositories(...hundred.slice(0, 49)), HOST, state, 0.5)).toEqual([
      expect.stringMatching(/^maxDropShare: the registry had .*--max-drop-share 1$/),
    ]);
  });

  it('and is small is not watched: half of a few is no accident', async () => {
    const state = states.memory();
    await state.rememberCounts(`registry ${HOST}`, { tags: 19, repositories: 3 }, NOW_MS);

    expect(await registryDrops(repositories(1), HOST, state, 0.5)).toEqual([]);
  });
});

describe('tags that are remembered', () => {
  it('are known since the run before, not since this one', async () => {
    const state = states.memory();
    const { sink, evidence } = collectEvidence();
    const tag = sink.resource('tag', `${HOST}/team/app`, 'v1');
    sink.exists(tag, { digest: `sha256:${'a'.repeat(64)}` });

    const first = await rememberTags(evidence, state, NOW_MS);
    const second = await rememberTags(evidence, state, NOW_MS + 1000);

    expect([first(tag), second(tag)]).toEqual([undefined, NOW_MS]);
  });
});
