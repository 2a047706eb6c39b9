import { describe, expect, test } from 'vitest';
import { openWorld, surveyInto } from '../../../test/support/survey-notebook.ts';
import { CodedError } from '../../util/pure/coded-error.ts';
import { putImage, putIndex } from './memory/build.ts';

const unavailable = new CodedError('REGISTRY_UNAVAILABLE', 'it is down');

describe('times', () => {
  test('come from image configs where they are asked for; an index is as young as its youngest child', async () => {
    const { registry, world, script } = openWorld();
    const old = putImage(world, 'a', { tags: ['old'], created: '2020-01-01T00:00:00Z' });
    const young = putImage(world, 'a', { created: '2024-01-01T00:00:00.5Z' });
    const inner = putIndex(world, 'a', [young]);
    const outer = putIndex(world, 'a', [old, inner], { tags: ['multi'] });
    putImage(world, 'b', { tags: ['v1'], created: '2020-01-01T00:00:00Z' });
    const { exists } = await surveyInto(
      registry,
      { old, young, inner, outer },
      { readCreated: (repository) => repository === 'a' },
    );
    const times = Object.fromEntries(
      [...exists].flatMap(([thing, { createdAtMs }]) => (createdAtMs === undefined ? [] : [[thing, createdAtMs]])),
    );
    const [first, last] = [Date.UTC(2020, 0), Date.UTC(2024, 0) + 500];
    expect(times).toEqual({
      'a@old': first,
      'a:old': first,
      'a@young': last,
      'a@inner': last,
      'a@outer': last,
      'a:multi': last,
    });
    expect(script.count('blob')).toBe(2);
  });

  test('of artifacts and indexes may stand in their annotations', async () => {
    const { registry, world } = openWorld();
    const annotations = { 'org.opencontainers.image.created': '2023-01-01T00:00:00Z' };
    const I = putIndex(world, 'a', [], { tags: ['v1'], annotations });
    const { exists } = await surveyInto(registry, { I }, { readCreated: () => true });
    expect(exists.get('a:v1')?.createdAtMs).toBe(Date.UTC(2023, 0));
  });

  test('that cannot be read keep the image; a config that is not there, or says nothing, tells none', async () => {
    const { registry, world, script } = openWorld();
    const A = putImage(world, 'a', { tags: ['v1'], created: '2020-01-01T00:00:00Z' });
    const B = putImage(world, 'a', { tags: ['v2'], label: 'B' });
    const C = putImage(world, 'a', { tags: ['v3'], label: 'C' });
    world.repository('a').blobs.delete(C.config.digest);
    script.fail('blob', unavailable, { when: (_, digest) => digest === A.config.digest });
    const { exists, holds, gaps } = await surveyInto(registry, { A, B, C }, { readCreated: () => true });
    expect([...holds]).toEqual([['a@A', 'its age could not be read: it is down']]);
    for (const tag of ['a:v1', 'a:v2', 'a:v3']) expect(exists.get(tag)).not.toHaveProperty('createdAtMs');
    expect(gaps).toEqual([]);
  });

  test('of pushes are told where the registry knows them; a manifest has its latest', async () => {
    const { registry, world } = openWorld();
    const A = putImage(world, 'a', { tags: ['v1', 'v2', 'v3'] });
    world.repository('a').pushTimes.set('v1', new Map([[A.digest, 2000]]));
    world.repository('a').pushTimes.set('v2', new Map([[A.digest, 1000]]));
    const { exists } = await surveyInto(registry, { A }, { pushTimes: true });
    expect(exists.get('a:v1')?.pushedAtMs).toBe(2000);
    expect(exists.get('a:v2')?.pushedAtMs).toBe(1000);
    expect(exists.get('a:v3')).not.toHaveProperty('pushedAtMs');
    expect(exists.get('a@A')?.pushedAtMs).toBe(2000);
  });

  test('of pushes that cannot be read keep the tag', async () => {
    const { registry, world, script } = openWorld();
    putImage(world, 'a', { tags: ['v1'] });
    script.fail('pushTimes', unavailable);
    const { holds, exists } = await surveyInto(registry, {}, { pushTimes: true });
    expect(holds.get('a:v1')).toContain('it is down');
    expect(exists.get('a:v1')).toHaveProperty('digest');
  });
});

describe('attributes', () => {
  const names = ['label:label', 'label:none', 'annotation:team'];

  test('are those that are asked for, of configs and annotations; an index has its own annotations alone', async () => {
    const { registry, world, script } = openWorld();
    const A = putImage(world, 'a', { tags: ['v1'], label: 'A', annotations: { team: 'shop', more: 'not asked for' } });
    const I = putIndex(world, 'a', [A], { tags: ['multi'], annotations: { team: 'all' } });
    const { exists } = await surveyInto(registry, { A, I }, { attributes: names });
    expect(exists.get('a@A')?.attributes).toEqual({
      'label:label': 'A',
      'annotation:team': 'shop',
      platform: 'linux/amd64',
    });
    expect(exists.get('a@I')?.attributes).toEqual({ 'annotation:team': 'all' });
    expect(exists.get('a@A')).not.toHaveProperty('createdAtMs');
    expect(script.count('blob')).toBe(1);
  });

  test('that could not be read keep the image, and of a config that is not there nothing is said', async () => {
    const { registry, world, script } = openWorld();
    const A = putImage(world, 'a', { tags: ['v1'], label: 'A' });
    const B = putImage(world, 'a', { tags: ['v2'], label: 'B' });
    world.repository('a').blobs.delete(B.config.digest);
    script.fail('blob', unavailable, { when: (_, digest) => digest === A.config.digest });
    const { exists, holds } = await surveyInto(registry, { A, B }, { attributes: names });
    expect([...holds]).toEqual([['a@A', 'its config could not be read: it is down']]);
    expect(exists.get('a@B')).not.toHaveProperty('attributes');
  });

  test('are not asked for where nobody wants them', async () => {
    const { registry, world, script } = openWorld();
    const A = putImage(world, 'a', { tags: ['v1'] });
    const { exists } = await surveyInto(registry, { A }, {});
    expect(exists.get('a@A')).not.toHaveProperty('attributes');
    expect(script.count('blob')).toBe(0);
  });
});
