import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type JsonItem, type JsonRest, splitJson } from './json-splitter.ts';

interface Split {
  readonly items: {
    readonly value: unknown;
    readonly kind: string | undefined;
    readonly apiVersion: string | undefined;
    readonly line: number;
  }[];
  readonly rests: JsonRest[];
}

/** Splits a text that comes in pieces of these lengths, over and over. */
function split(text: string, lengths: readonly number[] = [1 << 20]): Split {
  const found: Split = { items: [], rests: [] };
  const splitter = splitJson({
    item: ({ bytes, kind, apiVersion, line }: JsonItem) =>
      found.items.push({ value: JSON.parse(bytes.toString()), kind, apiVersion, line }),
    rest: (rest) => found.rests.push(rest),
  });
  const bytes = Buffer.from(text);
  for (let at = 0, n = 0; at < bytes.length; n += 1) {
    const length = lengths[n % lengths.length] as number;
    // A copy, as of a stream that uses its memory again: nothing may hold on to what is past.
    splitter.push(Buffer.from(bytes.subarray(at, at + length)));
    at += length;
  }
  splitter.end();
  return found;
}

const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('kind', 'items', 'apiVersion', '\\', '"', '{', '}', '[', ']', ',"kind":"Pod"', '\\"', 'ü☃😀'),
);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    text,
    tie('list'),
    tie('map'),
  ),
  list: fc.array(tie('value'), { maxLength: 4 }),
  map: fc.dictionary(text, tie('value'), { maxKeys: 4 }),
}));
const object = fc.dictionary(text, value, { maxKeys: 5 });
const space = fc.constantFrom(undefined, 1, 4, '\t');
const lengths = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 6 });
const isMap = (one: unknown) => typeof one === 'object' && one !== null && !Array.isArray(one);

describe('splitting JSON', () => {
  test('gives each map of a list just as JSON.parse reads it, however the bytes come', () => {
    fc.assert(
      fc.property(
        fc.array(value, { maxLength: 6 }),
        object,
        object,
        space,
        lengths,
        (items, head, tail, indent, cut) => {
          const { items: _, ...before } = head;
          const { items: __, ...after } = tail;
          const list = JSON.stringify({ ...before, items, ...after }, null, indent);
          const read = JSON.parse(list) as { readonly items: readonly unknown[] };

          const found = split(list, cut);

          expect(found.items.map((item) => item.value)).toEqual(read.items.filter(isMap));
          expect(found.rests).toHaveLength(1);
          const zeros = read.items.map((item) => (isMap(item) ? 0 : item));
          expect(JSON.parse(found.rests[0]?.text ?? '')).toEqual({ ...read, items: zeros });
        },
      ),
    );
  });

  test('tells kind and version as JSON.parse reads them, or nothing', () => {
    const named = fc.record(
      { kind: fc.oneof(text, value), apiVersion: fc.oneof(text, value), other: value, kimd: text },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.array(named, { maxLength: 5 }), space, lengths, (items, indent, cut) => {
        for (const { value: item, kind, apiVersion } of split(JSON.stringify(items, null, indent), cut).items) {
          const read = item as Record<string, unknown>;
          if (kind !== undefined) expect(Buffer.from(kind, 'latin1').toString()).toBe(read['kind']);
          if (apiVersion !== undefined) expect(Buffer.from(apiVersion, 'latin1').toString()).toBe(read['apiVersion']);
          if (/^[A-Za-z/.]+$/.test(String(read['kind']))) expect(kind ?? read['kind']).toBe(read['kind']);
        }
      }),
    );
  });

  test('knows the kind of an item that stands at its very end, as kubectl writes it', () => {
    const [item] = split('{"items":[{"spec":{"kind":"No"},"apiVersion":"apps/v1","kind":"Deployment"}]}', [3]).items;

    expect(item).toMatchObject({ kind: 'Deployment', apiVersion: 'apps/v1' });
  });

  test('gives documents one after the other, and what has no items in whole', () => {
    const { items, rests } = split('{"kind":"Pod","spec":{"items":[{"a":1}]}}\n[{"b":2}]\n 7 ');

    expect(items.map((item) => item.value)).toEqual([{ b: 2 }]);
    expect(rests.map((rest) => JSON.parse(rest.text))).toEqual([{ kind: 'Pod', spec: { items: [{ a: 1 }] } }, [0], 7]);
  });

  test('leaves to JSON.parse whatever is not as it should be, and never loses it', () => {
    fc.assert(
      fc.property(fc.array(object, { minLength: 1, maxLength: 4 }), fc.nat(), lengths, (items, at, cut) => {
        const whole = JSON.stringify({ kind: 'List', items });
        const half = whole.slice(0, 1 + (at % (whole.length - 1)));
        const readAll = () => {
          const { rests } = split(half, cut);
          for (const rest of rests) JSON.parse(rest.text);
        };
        expect(readAll).toThrow(SyntaxError);
      }),
    );
    for (const wrong of ['{"items":[{}{}]}', '{"items":[{},]}', '{"a":1}}', ']', '{"items":[{}]]', 'kind: Pod'])
      expect(() => split(wrong).rests.map((rest) => JSON.parse(rest.text) as unknown)).toThrow(SyntaxError);
  });

  test('says in which line an item begins', () => {
    const { items, rests } = split('\n{\n"items": [\n  {"a": "x"},\n\n  {"b":\n 1}\n]}\n{"kind": "Pod"}');

    expect(items.map(({ line }) => line)).toEqual([4, 6]);
    expect(rests.map(({ line }) => line)).toEqual([2, 9]);
  });

  test('holds no more than an item of a list of 200 MB', () => {
    const item = Buffer.from(`{"kind":"Pod","apiVersion":"v1","text":"${'x'.repeat(5000)}"},`);
    const chunk = Buffer.concat(Array.from({ length: 200 }, () => item));
    const chunks = 200;
    let items = 0;
    let largest = 0;
    const splitter = splitJson({
      item: ({ bytes }) => {
        items += 1;
        largest = Math.max(largest, bytes.length);
      },
      rest: () => {},
    });
    const before = process.memoryUsage();
    let peakBytes = 0;
    splitter.push(Buffer.from('{"items":['));
    // Pieces that end in the middle of an item, so that something is always carried over.
    for (let n = 0; n < chunks; n += 1) {
      splitter.push(Buffer.from(chunk.subarray(0, 1000 * (n % 5) + 7)));
      splitter.push(Buffer.from(chunk.subarray(1000 * (n % 5) + 7)));
      const { external, arrayBuffers, heapUsed } = process.memoryUsage();
      peakBytes = Math.max(
        peakBytes,
        external + heapUsed - before.external - before.heapUsed,
        arrayBuffers - before.arrayBuffers,
      );
    }
    splitter.push(Buffer.from('{}]}'));
    splitter.end();

    expect(items).toBe(200 * chunks + 1);
    expect(largest).toBe(item.length - 1);
    expect(chunk.length * chunks).toBeGreaterThan(200_000_000);
    expect(peakBytes).toBeLessThan(150_000_000);
  });
});
