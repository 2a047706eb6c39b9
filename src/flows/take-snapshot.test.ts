import { describe, expect, test } from 'vitest';
import type { Gap } from '../evidence/gap.ts';
import type { Sink } from '../evidence/sink.ts';
import { decodeSnapshot } from '../evidence/snapshot/decode.ts';
import type { Cluster } from '../systems/cluster/contract.ts';
import { memoryPlace } from '../systems/snapshot-place/memory/index.ts';
import { textLinesIn } from '../util/raw-lines.ts';
import { takeSnapshot } from './take-snapshot.ts';

const soon = () => AbortSignal.timeout(10_000);
const forbidden: Gap = { scope: '', hides: 'holds', source: 'cluster prod', cause: 'listing jobs: forbidden' };

function clusterOf(state: (sink: Sink) => void = () => {}, name = 'prod'): Pick<Cluster, 'name' | 'shown' | 'uses'> {
  const source = { name: `cluster ${name}`, survey: async (sink: Sink) => state(sink) };
  return { name, shown: 'kubernetes', uses: () => source };
}

function twoPods(sink: Sink): void {
  for (const name of ['web-1', 'web-2']) {
    const pod = sink.resource('workload', 'prod/shop', `Pod/${name}`);
    sink.exists(pod, { createdAtMs: 1 });
    sink.holds(pod, `Pod shop/${name}, container app (Running)`);
    sink.refers(pod, sink.resource('image-reference', '', 'registry.example/web:v1'), 'uses');
  }
}

interface Allowed {
  readonly allowGaps?: boolean;
  readonly allowDrop?: boolean;
}

function take(place: ReturnType<typeof memoryPlace>, cluster = clusterOf(twoPods), allowed: Allowed = {}) {
  return takeSnapshot(
    {
      cluster,
      place,
      allowGaps: false,
      allowDrop: false,
      ...allowed,
      options: { extractors: [] },
      by: '1.0.0',
      nowMs: () => 5_000,
    },
    soon(),
  );
}

async function read(bytes: Uint8Array | undefined) {
  const { header, workloads } = await decodeSnapshot(textLinesIn(inOnePiece(bytes ?? new Uint8Array())));
  const names: string[] = [];
  for await (const { name } of workloads) names.push(name);
  return { header, names };
}

async function* inOnePiece(bytes: Uint8Array) {
  yield bytes;
}

describe('taking a snapshot', () => {
  test('writes down all that the cluster uses, and when it was asked', async () => {
    const place = memoryPlace('memory');

    const report = await take(place);

    expect(report).toMatchObject({ written: true, workloads: 2, references: 1, kinds: { Pod: 2 }, place: 'memory' });
    expect(await read(place.bytes())).toMatchObject({
      header: { cluster: 'prod', takenAtMs: 5_000, kinds: { Pod: 2 }, gaps: [] },
      names: ['web-1', 'web-2'],
    });
  });

  test('keeps the one without gaps that is there, where this one has some', async () => {
    const place = memoryPlace();
    await take(place);
    const good = place.bytes();

    const report = await take(
      place,
      clusterOf((sink) => sink.gap(forbidden)),
    );

    expect(report).toMatchObject({ written: false, before: { state: 'good', takenAtMs: 5_000 }, gaps: [forbidden] });
    expect(place.bytes()).toBe(good);
  });

  test('writes one with gaps when that is allowed, and the gaps are in it', async () => {
    const place = memoryPlace();
    await take(place);

    const report = await take(
      place,
      clusterOf((sink) => sink.gap(forbidden)),
      { allowGaps: true },
    );

    expect(report.written).toBe(true);
    expect((await read(place.bytes())).header.gaps).toEqual([forbidden]);
  });

  test('writes one with gaps where there is none, or one with gaps, or a torn one', async () => {
    const incomplete = clusterOf((sink) => sink.gap(forbidden));
    const place = memoryPlace();
    expect((await take(place, incomplete)).written).toBe(true);
    expect(await take(place, incomplete)).toMatchObject({ written: true, before: { state: 'with-gaps' } });

    const whole = place.bytes() ?? new Uint8Array();
    const torn = memoryPlace('memory', whole.subarray(0, whole.length - 10));
    expect(await take(torn, incomplete)).toMatchObject({ written: true, before: { state: 'torn' } });
  });

  test('keeps one with more than twice as many workloads, unless the drop is right', async () => {
    const place = memoryPlace();
    await take(place);

    expect(await take(place, clusterOf())).toMatchObject({ written: false, refusal: 'drop', before: { workloads: 2 } });
    expect((await read(place.bytes())).names).toHaveLength(2);
    expect((await take(place, clusterOf(), { allowDrop: true })).written).toBe(true);
    expect((await read(place.bytes())).names).toEqual([]);
  });

  test('never overwrites the snapshot of another cluster, nor anything else', async () => {
    const place = memoryPlace('memory');
    await take(place);
    const before = place.bytes();

    await expect(
      take(
        place,
        clusterOf(() => {}, 'prod-us'),
      ),
    ).rejects.toMatchObject({
      code: 'SNAPSHOT_OTHER_CLUSTER',
      message: 'writing the snapshot of prod-us to memory: there is the one of prod',
    });
    expect(place.bytes()).toBe(before);

    const other = memoryPlace('memory', Buffer.from('apiVersion: v1\n'));
    await expect(take(other)).rejects.toMatchObject({ code: 'SNAPSHOT_OTHER_CONTENT' });
    expect(other.bytes()?.toString()).toBe('apiVersion: v1\n');
  });
});
