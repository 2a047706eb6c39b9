import { describe, expect, test } from 'vitest';
import { collectEvidence } from '../../evidence/evidence.ts';
import type { Digest } from '../../oci/digest.ts';
import { memoryState } from '../../systems/state/memory/memory-state.ts';
import { tagHistories } from './tag-history.ts';

const HOST = 'registry.example';
const SCOPE = `${HOST}/app`;
const digest = (letter: string): Digest => `sha256:${letter.repeat(64)}`;
const [A, B, C] = [digest('a'), digest('b'), digest('c')];

/** `v1` was on a, then on b, and is on c. Of the manifests those exist that are named. */
async function world(existing: readonly Digest[], gapIn?: string) {
  const state = memoryState();
  for (const [n, on] of [A, B, C].entries()) await state.observeTags([{ scope: SCOPE, tag: 'v1', digest: on }], n);
  const { evidence, sink } = collectEvidence();
  const tag = sink.resource('tag', SCOPE, 'v1');
  sink.exists(tag, { digest: C });
  for (const one of existing) sink.exists(sink.resource('manifest', SCOPE, one), {});
  if (gapIn !== undefined) sink.gap({ scope: gapIn, hides: 'references', source: 'registry', cause: 'a test' });
  return { state, evidence, tag };
}

describe('what is remembered of tags', () => {
  test('tells which manifests to look for, and what a tag was on', async () => {
    const { state, evidence, tag } = await world([A, B, C]);
    const histories = tagHistories(HOST, state);
    expect(await histories.digestsOf('app')).toEqual([C, B, A]);
    expect(await histories.digestsOf('other')).toEqual([]);
    const historyOf = await histories.recall(evidence);
    expect(historyOf(tag).map((one) => one.digest)).toEqual([C, B, A]);
  });

  test('forgets what was looked for and is gone', async () => {
    const { state, evidence, tag } = await world([B, C]);
    const histories = tagHistories(HOST, state);
    await histories.digestsOf('app');
    expect((await histories.recall(evidence))(tag).map((one) => one.digest)).toEqual([C, B]);
    expect(await tagHistories(HOST, state).digestsOf('app')).toEqual([C, B]);
  });

  test('forgets nothing that was not looked for, or could have been overlooked', async () => {
    const unasked = await world([C]);
    await tagHistories(HOST, unasked.state).recall(unasked.evidence);
    expect(await tagHistories(HOST, unasked.state).digestsOf('app')).toEqual([C, B, A]);

    const hidden = await world([C], HOST);
    const histories = tagHistories(HOST, hidden.state);
    await histories.digestsOf('app');
    await histories.recall(hidden.evidence);
    expect(await tagHistories(HOST, hidden.state).digestsOf('app')).toEqual([C, B, A]);
  });
});
