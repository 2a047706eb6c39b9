import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Digest } from '../oci/digest.ts';
import { DigestTable } from './digest-table.ts';
import { collectEvidence } from './evidence.ts';
import { covers } from './gap.ts';
import { linkRecords } from './link-records.ts';
import { resourceKinds } from './resource.ts';
import { edgeKinds } from './sink.ts';

const digests = fc
  .string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 64, maxLength: 64 })
  .map((hex): Digest => `sha256:${hex}`);

describe('DigestTable', () => {
  it('gives every digest one number and gives it back unchanged', () => {
    fc.assert(
      fc.property(fc.array(digests, { maxLength: 200 }), (list) => {
        const table = new DigestTable();
        const numbers = list.map((digest) => table.add(digest));
        expect(numbers.map((number) => table.at(number))).toEqual(list);
        expect(table.size).toBe(new Set(list).size);
      }),
    );
  });

  it('compares digests as their texts compare', () => {
    // Of two characters alone, so that many begin alike.
    const alike = fc
      .string({ unit: fc.constantFrom('0', 'f'), minLength: 64, maxLength: 64 })
      .map((hex): Digest => `sha256:${hex}`);
    fc.assert(
      fc.property(fc.oneof(digests, alike), fc.oneof(digests, alike), (a, b) => {
        const table = new DigestTable();
        const order = table.compare(table.add(a), table.add(b));
        expect(Math.sign(order)).toBe(a < b ? -1 : a > b ? 1 : 0);
      }),
    );
  });

  it('holds many digests with equal beginnings', () => {
    const table = new DigestTable();
    const many = Array.from({ length: 5000 }, (_, n): Digest => `sha256:00000000${n.toString(16).padStart(56, '0')}`);
    for (const digest of many) table.add(digest);
    expect(many.every((digest, n) => table.indexOf(digest) === n)).toBe(true);
    expect(table.indexOf(`sha256:${'f'.repeat(64)}`)).toBe(-1);
  });

  it.each([
    ['upper case', `sha256:${'A'.repeat(64)}`],
    ['a letter that is no digit', `sha256:${'a'.repeat(63)}g`],
    ['a character between digits and letters', `sha256:${':'.repeat(64)}`],
    ['one digit too few', `sha256:${'a'.repeat(63)}`],
    ['one digit too many', `sha256:${'a'.repeat(65)}`],
    ['another algorithm', `sha512:${'a'.repeat(128)}`],
    ['another algorithm of this length', `md5256:${'a'.repeat(64)}`],
  ])('takes no text that is not a sha256 digest: %s', (_, text) => {
    const table = new DigestTable();
    expect([table.add(text), table.indexOf(text), table.size]).toEqual([-1, -1, 0]);
  });
});

describe('evidence', () => {
  it('gives a resource the same number at each mention, and tells kinds, scopes and keys apart', () => {
    const { sink, evidence } = collectEvidence();
    const key = fc.oneof(digests, fc.string(), fc.constant(`sha512:${'a'.repeat(128)}`));
    const resource = fc.tuple(fc.constantFrom(...resourceKinds), fc.constantFrom('a', 'a/b', ''), key);
    const seen = new Map<string, number>();
    fc.assert(
      fc.property(fc.array(resource), (list) => {
        for (const [kind, scope, name] of list) {
          const id = sink.resource(kind, scope, name);
          const text = JSON.stringify([kind, scope, name]);
          expect(seen.get(text) ?? id).toBe(id);
          seen.set(text, id);
          expect(evidence.resources.at(id)).toEqual({ kind, scope, key: name });
          expect(evidence.resources.find(kind, scope, name)).toBe(id);
        }
      }),
    );
    expect(new Set(seen.values()).size).toBe(seen.size);
  });

  it('compares keys as their texts compare, whatever they are', () => {
    const keys = fc.oneof(digests, fc.string(), fc.constant(`sha256:${'z'.repeat(64)}`));
    fc.assert(
      fc.property(fc.boolean(), digests, keys, keys, (hasBlock, inBlock, a, b) => {
        const { sink, evidence } = collectEvidence();
        const { resources } = evidence;
        if (hasBlock) {
          const block = new DigestTable();
          block.add(inBlock);
          sink.existing('blob', 'b', block);
        }
        const ids = [
          sink.resource('tag', 'a', a),
          sink.resource('manifest', 'a', b),
          sink.resource('blob', 'b', inBlock),
        ];
        for (const one of ids)
          for (const other of ids) {
            const [text, otherText] = [resources.key(one), resources.key(other)];
            const order = text < otherText ? -1 : text > otherText ? 1 : 0;
            expect(Math.sign(resources.compareKeys(one, other))).toBe(order);
          }
      }),
    );
  });

  it('names a resource as another is named, just as by its key', () => {
    fc.assert(
      fc.property(fc.boolean(), fc.oneof(digests, fc.string()), digests, (hasBlock, key, inBlock) => {
        const { sink, evidence } = collectEvidence();
        const { resources } = evidence;
        const block = new DigestTable();
        block.add(inBlock);
        if (hasBlock) sink.existing('layer-link', 'b', block);
        for (const name of [key, inBlock]) {
          const id = sink.resource('blob', 'a', name);
          const link = resources.addNamedAs('layer-link', 'b', id);
          expect(resources.at(link)).toEqual({ kind: 'layer-link', scope: 'b', key: name });
          expect(resources.find('layer-link', 'b', name)).toBe(link);
          expect(sink.resource('layer-link', 'b', name)).toBe(link);
        }
      }),
    );
  });

  it('tells what exists from what was only mentioned, and unknown from zero', () => {
    const { sink, evidence } = collectEvidence();
    const mentioned = sink.resource('tag', 'r', 'a');
    const empty = sink.resource('blob', 'r', 'b');
    sink.exists(empty, { sizeBytes: 0 });

    expect(evidence.exists(mentioned)).toBe(false);
    expect(evidence.exists(empty)).toBe(true);
    expect(evidence.about(empty)).toEqual({ sizeBytes: 0 });
    expect(evidence.about(mentioned)).toEqual({});
  });

  it('merges what is said twice', () => {
    const { sink, evidence } = collectEvidence();
    const tag = sink.resource('tag', 'r', 'a');
    sink.exists(tag, { sizeBytes: 7 });
    sink.exists(tag, { pushedAtMs: 5 });
    expect(evidence.about(tag)).toEqual({ sizeBytes: 7, pushedAtMs: 5 });
  });

  it('merges attributes, and leaves those alone that a source has stated', () => {
    const { sink, evidence } = collectEvidence();
    const tag = sink.resource('tag', 'r', 'a');
    const first = { 'label:a': '1', 'label:b': '1' };
    sink.exists(tag, { attributes: first });
    sink.exists(tag, { attributes: { 'label:b': '2' } });
    expect(evidence.about(tag)).toEqual({ attributes: { 'label:a': '1', 'label:b': '2' } });
    expect(first).toEqual({ 'label:a': '1', 'label:b': '1' });
  });

  it('covers scopes below a gap, cut at a slash', () => {
    expect(covers('', 'host/a')).toBe(true);
    expect(covers('host/a', 'host/a')).toBe(true);
    expect(covers('host/a', 'host/a/b')).toBe(true);
    expect(covers('host/a', 'host/ab')).toBe(false);
    expect(covers('host/a/b', 'host/a')).toBe(false);
  });
});

describe('linkRecords', () => {
  it('gives a record that owns a manifest the tags that point at it', () => {
    const { sink, evidence } = collectEvidence();
    const record = sink.resource('record', 'orders', '1');
    const manifest = sink.resource('manifest', 'h/r', `sha256:${'1'.repeat(64)}`);
    const tag = sink.resource('tag', 'h/r', 'v1');
    sink.exists(tag, {});
    sink.refers(record, manifest, 'record');
    sink.refers(tag, manifest, 'tag');

    linkRecords(evidence, sink, () => []);

    const { from, to, kinds } = evidence.edges;
    expect([from[2], to[2], edgeKinds[kinds[2] as number]]).toEqual([record, tag, 'record']);
  });

  it('links a tag to the record that its name stands for, if that record is known', () => {
    const { sink, evidence } = collectEvidence();
    const record = sink.resource('record', 'orders', '7');
    for (const key of ['7-a', '8-a']) sink.exists(sink.resource('tag', 'h/r', key), {});

    linkRecords(evidence, sink, (_scope, tag) => [{ source: 'orders', id: tag.slice(0, 1) }]);

    expect(evidence.edges.length).toBe(1);
    expect(evidence.edges.from[0]).toBe(record);
  });
});
