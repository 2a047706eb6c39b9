import { describe, expect, test } from 'vitest';
import { collectEvidence } from '../../../evidence/evidence.ts';
import type { Gap } from '../../../evidence/gap.ts';
import { encodeSnapshot } from '../../../evidence/snapshot/encode.ts';
import type { SnapshotHeader, SnapshotWorkload } from '../../../evidence/snapshot/format.ts';
import { workloadsIn } from '../../../evidence/snapshot/workloads-in.ts';
import { CodedError } from '../../../util/pure/coded-error.ts';
import type { ReadSnapshot } from '../contract.ts';
import { openSnapshotCluster } from './index.ts';

const HOUR_MS = 3_600_000;
const NOW_MS = Date.UTC(2026, 7, 1, 12);
const soon = () => AbortSignal.timeout(10_000);

const pod: SnapshotWorkload = {
  ...{ kind: 'Pod', namespace: 'shop', name: 'web-1', createdAtMs: 5 },
  ...{ holds: ['Pod shop/web-1, container app (Running)'], uses: ['registry.example/web:v1'] },
};

function textOf(header: Partial<SnapshotHeader> = {}): string {
  const whole: SnapshotHeader = {
    ...{ winnow: 'snapshot/v1', cluster: 'prod-eu', shown: 'kubernetes', by: '1.0.0', kinds: { Pod: 1 }, gaps: [] },
    takenAtMs: NOW_MS - HOUR_MS,
    ...header,
  };
  return [...encodeSnapshot(whole, [pod])].join('');
}

/** Comes in pieces of three bytes, as from a slow network. */
const reading =
  (text: string | undefined): ReadSnapshot =>
  async () => {
    if (text === undefined) return undefined;
    const bytes = Buffer.from(text);
    return (async function* () {
      for (let at = 0; at < bytes.length; at += 3) yield bytes.subarray(at, at + 3);
    })();
  };

interface Given {
  readonly mayHold?: readonly string[];
  readonly of?: string;
  readonly from?: string;
}

function open(readSnapshot: ReadSnapshot, given: Given = {}) {
  const settings = {
    kind: 'snapshot' as const,
    name: 'eu',
    from: '/srv/prod.ndjson',
    maxAgeMs: 24 * HOUR_MS,
    ...given,
  };
  return openSnapshotCluster(settings, { readSnapshot, nowMs: () => NOW_MS });
}

async function survey(readSnapshot: ReadSnapshot, given: Given = {}) {
  const { evidence, sink } = collectEvidence();
  await open(readSnapshot, given).uses({ extractors: [] }).survey(sink, soon());
  return evidence;
}

describe('a cluster that was saved as a snapshot', () => {
  test('uses what it used then, under the name that it has here', async () => {
    const evidence = await survey(reading(textOf()));

    expect([...workloadsIn(evidence, 'eu')]).toEqual([pod]);
    expect(evidence.gaps).toEqual([]);
  });

  test('can be asked again, and answers by what lies there then', async () => {
    let text = textOf();
    const { sink, evidence } = collectEvidence();
    const source = open((...args) => reading(text)(...args)).uses({ extractors: [] });

    await source.survey(sink, soon());
    text = textOf({ takenAtMs: 0 });
    await source.survey(sink, soon());

    expect(evidence.gaps).toHaveLength(1);
  });

  const doubtful: readonly (readonly [string, ReadSnapshot, string])[] = [
    ['is missing', reading(undefined), 'reading the snapshot /srv/prod.ndjson: nothing is there'],
    ['is empty', reading(''), 'it is empty'],
    ['is something else', reading('kind: Pod\n'), 'it is no snapshot of a cluster'],
    ['was cut short', reading(textOf().split('\n').slice(0, -2).join('\n')), 'it ends after 1 workloads'],
    ['was changed', reading(textOf().replace('web:v1', 'web:v2')), 'its checksum does not fit its lines'],
    ['is too old', reading(textOf({ takenAtMs: NOW_MS - 25 * HOUR_MS })), 'it was taken 1d1h ago, and may be 1d old'],
    ['is from the future', reading(textOf({ takenAtMs: NOW_MS + HOUR_MS })), 'it was taken 1h from now'],
    [
      'can not be read',
      () =>
        Promise.reject(
          new CodedError('SNAPSHOT_UNREADABLE', 'reading the snapshot /srv/prod.ndjson: permission denied'),
        ),
      'reading the snapshot /srv/prod.ndjson: permission denied',
    ],
    [
      'stops coming',
      async () =>
        (async function* () {
          yield Buffer.from(textOf().slice(0, 300));
          throw new CodedError('REGISTRY_UNREACHABLE', 'GET …: connection reset');
        })(),
      'reading the snapshot /srv/prod.ndjson: GET …: connection reset',
    ],
  ];
  test.each(doubtful)('hides all that it may hold when it %s', async (_, readSnapshot, cause) => {
    const { gaps } = await survey(readSnapshot, { mayHold: ['registry.example/team', 'registry.example/shop'] });

    expect(gaps.map(({ scope, hides, source }) => [scope, hides, source])).toEqual([
      ['registry.example/team', 'holds', 'cluster eu'],
      ['registry.example/shop', 'holds', 'cluster eu'],
    ]);
    for (const gap of gaps) expect(gap.cause).toContain(cause);
  });

  test('may be anywhere used, where the settings do not say', async () => {
    expect((await survey(reading(undefined))).gaps).toMatchObject([
      { scope: '', hint: 'run winnow snapshot in that cluster, --to /srv/prod.ndjson' },
    ]);
  });

  test('tells what it used also where it is too old: a use more can only keep', async () => {
    const evidence = await survey(reading(textOf({ takenAtMs: 0 })));

    expect([...workloadsIn(evidence, 'eu')]).toEqual([pod]);
  });

  test('of another cluster is none of the one that was named', async () => {
    expect((await survey(reading(textOf()), { of: 'prod-us' })).gaps).toMatchObject([
      { cause: expect.stringContaining('it is of the cluster prod-eu, and prod-us is expected') },
    ]);
    expect((await survey(reading(textOf()), { of: 'prod-eu' })).gaps).toEqual([]);
  });

  test('brings its own gaps along, as far as the cluster may hold anything', async () => {
    const gap: Gap = { scope: '', hides: 'holds', source: 'cluster prod-eu', cause: 'forbidden', hint: 'grant it' };
    const text = textOf({
      gaps: [gap, { ...gap, scope: 'registry.example/team/deep' }, { ...gap, scope: 'other.example' }],
    });

    const { gaps } = await survey(reading(text), { mayHold: ['registry.example/team'] });

    expect(gaps.map(({ scope }) => scope)).toEqual([
      'registry.example/team',
      'registry.example/team/deep',
      'other.example',
    ]);
    expect(gaps[0]).toMatchObject({
      source: 'cluster eu, by snapshot: cluster prod-eu',
      cause: 'forbidden',
      hint: 'grant it',
    });
  });

  test('that lies in a registry holds its own tag there, whatever is wrong with it', async () => {
    const { resources, holds } = await survey(reading(undefined), { from: 'oci://registry.example:5000/winnow:eu' });

    expect(holds.length).toBe(1);
    expect(resources.at(holds.resources[0] as number)).toEqual({
      ...{ kind: 'tag', scope: 'registry.example:5000/winnow', key: 'eu' },
    });
  });

  test('is a mistake of the settings when its address makes no sense', async () => {
    const invalid = new CodedError('SNAPSHOT_PLACE_INVALID', 'no');

    await expect(survey(() => Promise.reject(invalid))).rejects.toBe(invalid);
    await expect(survey(reading(undefined), { from: 'oci://registry.example' })).rejects.toMatchObject({
      code: 'REFERENCE_INVALID',
    });
  });

  test('stops when it is told to, without a gap', async () => {
    const { evidence, sink } = collectEvidence();
    const reason = new Error('stop');
    const source = open(async (_, signal) => signal.throwIfAborted() as never).uses({ extractors: [] });

    await expect(source.survey(sink, AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(evidence.gaps).toEqual([]);
  });

  test('has no image API, and none to write to', async () => {
    const cluster = open(reading(undefined));

    expect(await cluster.imageApi(soon())).toBeUndefined();
    expect(await cluster.writableImageApi(soon())).toBeUndefined();
  });
});
