import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { collectEvidence } from '../evidence.ts';
import { decodeSnapshot } from './decode.ts';
import { encodeSnapshot } from './encode.ts';
import type { SnapshotHeader, SnapshotWorkload } from './format.ts';
import { stateWorkload } from './state-workload.ts';
import { workloadsIn } from './workloads-in.ts';

const header: SnapshotHeader = {
  winnow: 'snapshot/v1',
  cluster: 'prod-eu',
  shown: 'kubernetes:?context=prod',
  takenAtMs: 1_000,
  by: '1.2.3',
  kinds: { Pod: 2 },
  gaps: [{ scope: '', hides: 'holds', source: 'cluster prod-eu', cause: 'listing jobs: forbidden', hint: 'grant it' }],
};

const workloads: readonly SnapshotWorkload[] = [
  {
    kind: 'Pod',
    namespace: 'shop',
    name: 'web-1',
    createdAtMs: 5,
    holds: ['Pod shop/web-1, container app (Running)', 'Pod shop/web-1, container side (Running)'],
    uses: ['registry.example/shop/web:v1', `registry.example/shop/web@sha256:${'a'.repeat(64)}`],
  },
  { kind: 'Pod', namespace: 'shop', name: 'done-1', createdAtMs: 7, holds: [], uses: ['app'] },
  { kind: 'Robot', name: 'of-all', holds: ['Robot of-all'], uses: ['x y\u2028z'], usesOfStreams: ['shop/web:latest'] },
];

const linesOf = (all: readonly SnapshotWorkload[]) => [...encodeSnapshot(header, all)].map((line) => line.slice(0, -1));

async function read(lines: readonly string[]) {
  const snapshot = await decodeSnapshot(streamed(lines));
  const found: SnapshotWorkload[] = [];
  for await (const one of snapshot.workloads) found.push(one);
  return { header: snapshot.header, workloads: found };
}

async function* streamed(lines: readonly string[]) {
  yield* lines;
}

describe('a snapshot', () => {
  test('is read as it was written', async () => {
    expect(await read(linesOf(workloads))).toEqual({ header, workloads });
  });

  test('brings every use and every gap to where it is read, under the name that the cluster has there', async () => {
    const { evidence, sink } = collectEvidence();
    for (const one of (await read(linesOf(workloads))).workloads) stateWorkload(sink, 'eu', one);

    expect([...workloadsIn(evidence, 'eu')]).toEqual(workloads);
    expect(evidence.resources.find('workload', 'eu/shop', 'Pod/web-1')).toBeDefined();
    expect(evidence.resources.find('workload', 'eu', 'Robot/of-all')).toBeDefined();
    expect(evidence.resources.find('image-reference', 'openshift', 'shop/web:latest')).toBeDefined();
  });

  test.each([0, 1, 2, 3])('that ends after %i lines is told from a whole one', async (count) => {
    await expect(read(linesOf(workloads).slice(0, count))).rejects.toMatchObject({ code: 'SNAPSHOT_CUT_SHORT' });
  });

  test('that lacks a line in its middle, or has one more, is told from a whole one', async () => {
    const lines = linesOf(workloads);

    for (const changed of [
      lines.toSpliced(2, 1),
      lines.toSpliced(2, 0, lines[2] as string),
      [...lines, lines[1] as string],
    ])
      await expect(read(changed)).rejects.toMatchObject({ code: 'SNAPSHOT_CHANGED' });
  });

  test('is not read to its end when anything in it was changed', async () => {
    const text = linesOf(workloads).join('\n');
    await fc.assert(
      fc.asyncProperty(fc.nat(text.length - 1), fc.constantFrom('x', '7', '"', ' '), async (at, char) => {
        fc.pre(text[at] !== char);
        const changed = text.slice(0, at) + char + text.slice(at + 1);
        await expect(read(changed.split('\n'))).rejects.toMatchObject({ code: expect.stringMatching(/^SNAPSHOT_/) });
      }),
    );
  });

  test('is told from other files, and from forms of later versions', async () => {
    for (const first of ['kind: Pod', '{"kind":"Pod"}', '[]', '{"winnow":"plan/v1"}', '{"winnow":"snapshot/v2"}'])
      await expect(read([first])).rejects.toMatchObject({ code: 'SNAPSHOT_OTHER_CONTENT' });
  });

  test('with a line that is no workload says which', async () => {
    const [first = ''] = linesOf([]);

    await expect(read([first, '{"kind":"Pod","name":"a","holds":"b","uses":[]}'])).rejects.toMatchObject({
      code: 'SNAPSHOT_MALFORMED',
      message: 'line 2: the field holds is not as it should be',
    });
  });

  test('is not taken of what it can not carry', () => {
    const { evidence, sink } = collectEvidence();
    sink.exists(sink.resource('tag', 'registry.example/app', 'v1'), {});

    expect(() => [...workloadsIn(evidence, 'eu')]).toThrow('a cluster has stated a tag');
  });
});
