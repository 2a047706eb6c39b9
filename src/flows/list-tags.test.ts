import { describe, expect, test } from 'vitest';
import { memoryRows } from '../../test/support/memory-run.ts';
import { openWorld } from '../../test/support/survey-notebook.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import { registrySource } from '../systems/registry/index.ts';
import { damage, putImage, putIndex, putReferrer } from '../systems/registry/memory/build.ts';
import { CodedError } from '../util/pure/coded-error.ts';
import { listTags } from './list-tags.ts';

const soon = () => AbortSignal.timeout(10_000);

/** Lists the tags of repository `a`, with the times of images. */
async function list(registry: ReturnType<typeof openWorld>['registry'], rows = memoryRows({})) {
  return await listTags(
    {
      registry: registrySource(registry, { repositories: ['a'], readCreated: () => true }),
      records: [rows.source(registry.host)],
      recordsOf: () => [],
      scope: `${registry.host}/a`,
      nowMs: () => 0,
    },
    soon(),
  );
}

function sum(...parts: readonly Pick<Descriptor, 'sizeBytes'>[]): number {
  return parts.reduce((total, { sizeBytes }) => total + sizeBytes, 0);
}

describe('the tags of a repository', () => {
  test('have the size of their image, each part once; of all platforms, and without what is attached', async () => {
    const { registry, world } = openWorld();
    const one = putImage(world, 'a', {
      tags: ['one'],
      layers: ['base', 'own', 'own'],
      created: '2024-01-01T00:00:00Z',
    });
    const other = putImage(world, 'a', { layers: ['base'], label: 'other', created: '2023-01-01T00:00:00Z' });
    const index = putIndex(world, 'a', [one, other], { tags: ['multi'] });
    putReferrer(world, 'a', one, { text: 'a signature' });
    const [base, own] = one.layers as readonly [Descriptor, Descriptor];

    const { rows, gaps } = await list(registry);

    const atMs = Date.UTC(2024, 0);
    expect(gaps).toEqual([]);
    expect(rows).toEqual([
      {
        tag: 'multi',
        digest: index.digest,
        sizeBytes: sum(index, one, one.config, base, own, other, other.config),
        createdAtMs: atMs,
      },
      { tag: 'one', digest: one.digest, sizeBytes: sum(one, one.config, base, own), createdAtMs: atMs },
    ]);
  });

  test('name the record that decides: one that is active before one that is not', async () => {
    const { registry, world } = openWorld();
    putImage(world, 'a', { tags: ['live', 'done', 'free'] });

    const { rows } = await list(registry, memoryRows({ 'a:live': 'active', 'a:done': 'inactive' }));

    expect(rows.map(({ tag, record }) => [tag, record])).toEqual([
      ['done', 'record a:done (inactive)'],
      ['free', undefined],
      ['live', 'record a:live (active)'],
    ]);
  });

  test('have an unknown record where the records can not be read', async () => {
    const { registry, world } = openWorld();
    putImage(world, 'a', { tags: ['v1'] });
    const records = memoryRows({ 'a:v1': 'inactive' });
    records.failures.push('gap');

    const { rows, gaps } = await list(registry, records);

    expect(rows).toMatchObject([{ tag: 'v1', record: 'unknown' }]);
    expect(gaps).toMatchObject([{ hides: 'holds', cause: 'the connection was lost' }]);
  });

  test('whose manifest can not be read say so, and claim no size; others keep theirs', async () => {
    const { registry, world } = openWorld();
    const broken = putImage(world, 'a', { tags: ['broken'], label: 'broken' });
    const whole = putImage(world, 'a', { tags: ['whole'] });
    damage(world, 'a', broken.digest);

    const { rows, gaps } = await list(registry);

    expect(rows).toEqual([
      expect.objectContaining({ tag: 'broken', problem: expect.stringContaining('could not be read') }),
      expect.objectContaining({ tag: 'whole', sizeBytes: sum(whole, whole.config, ...whole.layers) }),
    ]);
    expect(rows[0]).not.toHaveProperty('sizeBytes');
    expect(gaps.length).toBeGreaterThan(0);
  });

  test('keep their size when only the age of their image can not be read', async () => {
    const { registry, world, script } = openWorld();
    const image = putImage(world, 'a', { tags: ['v1'] });
    script.fail('blob', new CodedError('REGISTRY_UNAVAILABLE', 'it is down'), {});

    const { rows } = await list(registry);

    expect(rows).toEqual([{ tag: 'v1', digest: image.digest, sizeBytes: sum(image, image.config, ...image.layers) }]);
  });
});
