import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { arbitraryPruneStory } from '../../../test/support/arbitrary-prune-story.ts';
import { digestOf, NOW_MS, type Story, tellStory } from '../../../test/support/story.ts';
import { collectEvidence } from '../evidence.ts';
import type { ResourceId } from '../resource.ts';
import { decodeEvidence } from './decode.ts';
import { encodeEvidence } from './encode.ts';
import type { EvidenceToSave } from './saved-evidence.ts';

async function* each(lines: readonly string[]): AsyncGenerator<string> {
  yield* lines;
}

/** Lines without their newlines. */
function linesOf(saved: EvidenceToSave): string[] {
  return [...encodeEvidence(saved)].map((line) => line.slice(0, -1));
}

function toSave(story: Story): EvidenceToSave {
  const { evidence, ...memory } = tellStory(story).view;
  return { header: { of: 'registry registry.test', madeAtMs: NOW_MS }, evidence, memory };
}

/** All kinds of facts, one of each. */
function everything(): EvidenceToSave {
  const { sink, evidence, addSource } = collectEvidence();
  const scope = 'registry.test/app';
  const tag = sink.resource('tag', scope, 'v1');
  const manifest = sink.resource('manifest', scope, digestOf('A'));
  sink.resource('manifest', scope, digestOf('mentioned only'));
  const about = { sizeBytes: 7, createdAtMs: 1, pushedAtMs: 2, lastUsedAtMs: 3, digest: digestOf('A') };
  sink.exists(tag, {});
  sink.exists(manifest, { ...about, attributes: { 'label:a': 'b', platform: '' } });
  sink.refers(tag, manifest, 'tag');
  sink.holds(tag, 'Pod shop/web-1');
  sink.retires(manifest, 'an earlier run');
  sink.gap({ scope, hides: 'holds', source: 'cluster prod', cause: 'forbidden', hint: 'grant it' });
  const facts = { exists: 2, refers: 1, holds: 1, retires: 1 };
  addSource({ source: 'registry registry.test', observedAtMs: 5, facts, gaps: 1 });
  const history = [
    { digest: digestOf('A'), sinceMs: 9 },
    { digest: digestOf('B'), sinceMs: 4 },
  ];
  return {
    header: {
      ...{ of: 'registry registry.test', madeAtMs: NOW_MS },
      means: { untagBy: 'digest', deleteManifests: true, untagByOverwrite: false },
    },
    evidence,
    memory: {
      firstSeenMs: (id) => (id === tag ? 8 : undefined),
      tagHistory: (id: ResourceId) => (id === tag ? history : []),
      pullsKnownSinceMs: (where) => (where === scope ? 6 : undefined),
    },
  };
}

describe('saved evidence', () => {
  test('comes back with all that was in it', async () => {
    const { header, evidence, memory } = await decodeEvidence(each(linesOf(everything())));
    const [tag, manifest] = [0, 1];

    expect(header).toMatchObject({ of: 'registry registry.test', madeAtMs: NOW_MS, means: { untagBy: 'digest' } });
    expect(evidence.resources.at(tag)).toEqual({ kind: 'tag', scope: 'registry.test/app', key: 'v1' });
    expect(evidence.about(manifest)).toEqual(everything().evidence.about(manifest));
    expect([evidence.exists(manifest), evidence.exists(2)]).toEqual([true, false]);
    expect([evidence.holds.by(0), evidence.retires.by(0)]).toEqual(['Pod shop/web-1', 'an earlier run']);
    expect(evidence.gaps).toEqual(everything().evidence.gaps);
    expect(evidence.sources).toEqual(everything().evidence.sources);
    expect([memory.firstSeenMs(tag), memory.firstSeenMs(manifest)]).toEqual([8, undefined]);
    expect(memory.tagHistory?.(tag)).toEqual([
      { digest: digestOf('A'), sinceMs: 9 },
      { digest: digestOf('B'), sinceMs: 4 },
    ]);
    expect(memory.pullsKnownSinceMs?.('registry.test/app')).toBe(6);
  });

  test('written again is the same file, whatever the world is', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryPruneStory, async (story) => {
        const lines = linesOf(toSave(story));
        const saved = await decodeEvidence(each(lines));
        expect(linesOf({ ...saved, header: { of: saved.header.of, madeAtMs: saved.header.madeAtMs } })).toEqual(lines);
      }),
      { numRuns: 50 },
    );
  });

  test('tells what is not remembered from what is remembered of nothing', async () => {
    const { evidence } = everything();
    const of = { header: { of: 'x', madeAtMs: 1 }, evidence };
    const nothing = await decodeEvidence(each(linesOf({ ...of, memory: { firstSeenMs: () => undefined } })));
    const empty = await decodeEvidence(
      each(linesOf({ ...of, memory: { firstSeenMs: () => undefined, tagHistory: () => [] } })),
    );

    expect([nothing.memory.tagHistory, nothing.memory.pullsKnownSinceMs]).toEqual([undefined, undefined]);
    expect(empty.memory.tagHistory?.(0)).toEqual([]);
  });
});

describe('a file of evidence is refused', () => {
  const lines = linesOf(everything());
  const refusal = async (changed: readonly string[]) =>
    await decodeEvidence(each(changed)).then(
      () => 'it was taken',
      ({ code }: { readonly code: string }) => code,
    );

  test('when it is cut short anywhere', async () => {
    for (let length = 0; length < lines.length; length += 1)
      expect(await refusal(lines.slice(0, length))).toBe('EVIDENCE_CUT_SHORT');
  });

  test('when any line is left out, doubled or changed', async () => {
    for (let n = 1; n < lines.length - 1; n += 1) {
      expect(await refusal(lines.toSpliced(n, 1))).toMatch(/^EVIDENCE_(?:CHANGED|MALFORMED)$/);
      expect(await refusal(lines.toSpliced(n, 0, lines[n] as string))).toMatch(/^EVIDENCE_(?:CHANGED|MALFORMED)$/);
    }
    const retold = lines.map((line) => line.replace('Pod shop/web-1', 'Pod shop/web-2'));
    expect(await refusal(retold)).toBe('EVIDENCE_CHANGED');
    expect(await refusal([...lines, '{"scope":"more"}'])).toBe('EVIDENCE_CHANGED');
  });

  test('when another generation wrote it', async () => {
    expect(await refusal(['{"winnow":"evidence/v2"}'])).toBe('EVIDENCE_VERSION');
  });

  test.each([
    ...['', 'x', '[]', '{}', '{"winnow":"plan/v1"}'].map((line) => [[line]]),
    ...[
      ...['{"r":["tag",9,"v1"]}', '{"r":["thing",0,"v1"]}', '{"r":["tag",0,"v1"],"about":{"sizeBytes":"1"}}'],
      ...['{"e":[0,99,"tag"]}', '{"e":[0,1,"likes"]}', '{"h":[99,"x"]}', '{"h":[0]}', '{"was":[0,[["sha256:1",2]]]}'],
      ...['{"gap":{"scope":"a","hides":"all"}}', '{"source":{}}', '{"pulls":[9,1]}', '{"constructor":[]}'],
    ].map((line) => [[lines[0] as string, ...lines.slice(1, 5), line]]),
  ])('when a line is none: %j', async (changed) => {
    expect(await refusal(changed)).toBe('EVIDENCE_MALFORMED');
  });
});
