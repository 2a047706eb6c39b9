import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../systems/cluster/contract.ts';
import { digestsIn, historiesOf, placeOf, positionIn, withItem, withoutItems } from './stream-history.ts';

/** `latest: 'A3 B2'`: A at second 3, B at second 2. */
function stream(tags: Readonly<Record<string, string>>, more: object = {}): KubeObject {
  return {
    metadata: { name: 'web', namespace: 'shop', resourceVersion: '7' },
    spec: { lookupPolicy: { local: true } },
    status: {
      publicDockerImageRepository: 'registry.example/shop/web',
      tags: Object.entries(tags).map(([tag, items]) => ({
        tag,
        items: items.split(' ').map((item) => ({ image: item.charAt(0), created: time(item.slice(1)), generation: 1 })),
        ...more,
      })),
    },
  };
}

function time(second: string): string {
  return `2026-01-01T00:00:0${second}Z`;
}

function item(tag: string, words: string) {
  return { tag, digest: words.charAt(0), createdAtMs: Date.parse(time(words.slice(1))) };
}

function told(object: KubeObject): Readonly<Record<string, string>> {
  return Object.fromEntries(
    historiesOf(object).map(({ tag, items }) => [
      tag,
      items.map(({ image, created }) => `${image}${String(created).slice(-2, -1)}`).join(' '),
    ]),
  );
}

describe('an item of a history', () => {
  test('is told by tag, image and time, and stands somewhere', () => {
    const histories = historiesOf(stream({ latest: 'A3 B2 A1', old: 'A1' }));

    expect(positionIn(histories, item('latest', 'A3'))).toBe(0);
    expect(positionIn(histories, item('latest', 'A1'))).toBe(2);
    expect(positionIn(histories, item('old', 'A1'))).toBe(0);
    expect(positionIn(histories, item('latest', 'A2'))).toBeUndefined();
    expect(positionIn(histories, item('gone', 'A1'))).toBeUndefined();
  });

  test('that is there twice within a second is the last of them', () => {
    expect(positionIn(historiesOf(stream({ latest: 'A1 B1 A1' })), item('latest', 'A1'))).toBe(2);
  });

  test('without a time is told by that', () => {
    const odd = { metadata: {}, status: { tags: [{ tag: 'v1', items: [{ image: 'A' }] }] } };

    expect(positionIn(historiesOf(odd), { tag: 'v1', digest: 'A', createdAtMs: undefined })).toBe(0);
    expect(positionIn(historiesOf(odd), item('v1', 'A1'))).toBeUndefined();
  });
});

describe('taking items out', () => {
  test('leaves all else as it is, and a tag without items vanishes', () => {
    const before = stream({ latest: 'A3 B2 C1', old: 'C1' }, { conditions: [] });
    const after = withoutItems(before, [item('latest', 'B2'), item('old', 'C1')]);

    expect(told(after)).toEqual({ latest: 'A3 C1' });
    expect(after).toMatchObject({ metadata: before.metadata, spec: before['spec'] });
    expect(after['status'] as object).toMatchObject({ publicDockerImageRepository: 'registry.example/shop/web' });
  });

  test('takes out as many as are named of those that look alike', () => {
    const before = stream({ latest: 'A1 A1 A1' });

    expect(told(withoutItems(before, [item('latest', 'A1'), item('latest', 'A1')]))).toEqual({ latest: 'A1' });
  });

  test('keeps a tag that had no items, and what is no history at all', () => {
    const odd = {
      metadata: {},
      status: { tags: [{ tag: 'empty', items: [] }, 'nonsense', { tag: 'null', items: null }] },
    };

    expect(withoutItems(odd, [item('empty', 'A1')])).toEqual(odd);
    expect(withoutItems({ metadata: {} }, [])).toEqual({ metadata: {}, status: { tags: [] } });
  });
});

describe('putting an item back', () => {
  const before = stream({ latest: 'A5 B4 C3 D2', old: 'B1' }, { conditions: [{ type: 'x' }] });
  const takenOut = (...items: readonly ReturnType<typeof item>[]) => ({
    left: withoutItems(before, items),
    places: items.map((one) => placeOf(before, one)).filter((one) => one !== undefined),
  });

  test.each([
    ['the newest first', ['B4', 'C3', 'D2']],
    ['the oldest first', ['D2', 'C3', 'B4']],
    ['in any order', ['C3', 'D2', 'B4']],
  ])('leads to the same history, %s', (_, names) => {
    const { left, places } = takenOut(...names.map((name) => item('latest', name)));

    expect(told(left)).toEqual({ latest: 'A5', old: 'B1' });
    expect(places.reduce(withItem, left)).toEqual(before);
  });

  test('brings a vanished tag back with all that stood there', () => {
    const { left, places } = takenOut(item('old', 'B1'));

    expect(told(left)).toEqual({ latest: 'A5 B4 C3 D2' });
    expect(places.reduce(withItem, left)).toEqual(before);
  });

  test('leaves what came since in front', () => {
    const { left, places } = takenOut(item('latest', 'A5'), item('latest', 'B4'));
    const tagged = stream({ ...told(left), latest: 'N9 C3 D2' }, { conditions: [{ type: 'x' }] });

    expect(told(places.reduceRight(withItem, tagged))).toEqual({ latest: 'N9 A5 B4 C3 D2', old: 'B1' });
  });
});

test('all digests of a stream, whatever the tag', () => {
  expect([...digestsIn(stream({ latest: 'A3 B2', old: 'B1 C0' }))]).toEqual(['A', 'B', 'C']);
});
