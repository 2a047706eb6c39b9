import { describe, expect, test } from 'vitest';
import { parseReference } from '../../../oci/reference.ts';
import { inShop, tell } from './told.suite.ts';

const HEX = 'ab'.repeat(32);

function build(from: unknown, strategy = 'sourceStrategy', kind = 'BuildConfig') {
  return {
    ...{ apiVersion: 'build.openshift.io/v1', kind, metadata: inShop('b') },
    spec: { strategy: { [strategy]: { from } }, output: { to: { kind: 'ImageStreamTag', name: 'made:1' } } },
  };
}

describe('a build', () => {
  test.each(['sourceStrategy', 'dockerStrategy', 'customStrategy'])('uses what its %s begins from', (strategy) => {
    for (const kind of ['Build', 'BuildConfig'])
      expect(tell([build({ kind: 'ImageStreamTag', name: 'builder:1' }, strategy, kind)]).references).toEqual([
        'imagestream shop/builder:1',
      ]);
  });

  test.each([
    [{ kind: 'DockerImage', name: 'r.example/builder:1' }, 'r.example/builder:1'],
    [{ kind: 'ImageStreamImage', name: `builder@sha256:${HEX}` }, `imagestream shop/builder@sha256:${HEX}`],
    [{ kind: 'ImageStreamTag', name: 'builder:1', namespace: 'tools' }, 'imagestream tools/builder:1'],
    [{ kind: 'ImageStreamTag', name: 'builder:1', namespace: '' }, 'imagestream shop/builder:1'],
  ])('reads %j', (from, reference) => {
    expect(tell([build(from)]).references).toEqual([reference]);
  });

  test.each([
    [{ kind: 'ImageStreamTag', name: 'bad/tag@name' }, 'imagestream ImageStreamTag shop/bad/tag@name'],
    [{ kind: 'ImageStreamTag', name: 'a:b:c' }, 'imagestream ImageStreamTag shop/a:b:c'],
    [{ kind: 'ImageStreamTag', name: 'untagged' }, 'imagestream ImageStreamTag shop/untagged'],
    [{ kind: 'ImageStreamImage', name: 'bad:isi' }, 'imagestream ImageStreamImage shop/bad:isi'],
    [{ kind: 'ImageStreamImage', name: 'a@b@c' }, 'imagestream ImageStreamImage shop/a@b@c'],
    // A kind that nobody knows may mean anything that it names.
    [{ kind: 'Recipe', name: 'web:1' }, 'imagestream Recipe shop/web:1'],
    [{ name: 'web:1' }, '{"image":{"from":{"name":"web:1"}}}'],
    ['web:1', '{"image":{"from":"web:1"}}'],
  ])('states %j so that nobody can read it as a name, and it keeps what it might mean', (from, reference) => {
    expect(tell([build(from)]).references).toEqual([reference]);
    expect(() => parseReference(reference)).toThrow();
  });

  test('uses its source images, too, and not what it makes', () => {
    const config = {
      ...{ apiVersion: 'build.openshift.io/v1', kind: 'BuildConfig', metadata: inShop('b') },
      spec: {
        source: {
          images: [
            { from: { kind: 'ImageStreamTag', name: 'assets:1' } },
            { from: { kind: 'DockerImage', name: 'r/x' } },
          ],
        },
        strategy: { dockerStrategy: {} },
        output: { to: { kind: 'ImageStreamTag', name: 'made:1' } },
      },
    };

    expect(tell([config]).references).toEqual(['imagestream shop/assets:1', 'r/x']);
  });

  test('uses nothing where nothing is named', () => {
    expect(tell([build(undefined), build(null), build({ kind: 'DockerImage', name: ' ' })]).references).toEqual([]);
  });
});
