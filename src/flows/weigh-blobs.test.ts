import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createMemoryStore } from '../../test/support/memory-store.ts';
import { createStoreWorld, pushStoreImage, uploadBlob } from '../../test/support/memory-store-world.ts';
import { planMemoryStore, stepsOf } from '../../test/support/store-plan.ts';
import { collectEvidence } from '../evidence/evidence.ts';
import { packShards, ShardedDigests } from '../evidence/sharded-digests.ts';
import type { EdgeKind } from '../evidence/sink.ts';
import type { Digest } from '../oci/digest.ts';
import type { BlobFacts, StoreReader } from '../systems/store/contract.ts';
import { weighNeeded } from './weigh-blobs.ts';

const never = new AbortController().signal;
const DAY_MS = 86_400_000;

interface MadeBlob {
  readonly sizeBytes: number;
  readonly as: EdgeKind | undefined;
}

/** Weighs blobs that are all needed. */
async function weigh(made: readonly MadeBlob[], enoughBytes: number, listsSizes = false) {
  const name = 'distribution-fs:/made-up';
  const { sink, evidence } = collectEvidence();
  const digests = made.map((_, n): Digest => `sha256:${n.toString(16).padStart(4, '0').repeat(16)}`);
  const blobs = new ShardedDigests(packShards(digests));
  const sizeOf = new Map(digests.map((digest, n) => [digest, made[n]?.sizeBytes as number]));
  const sizes = Float64Array.from(digests.keys(), (n) => sizeOf.get(blobs.at(n)) as number);
  const first = sink.existing('blob', name, blobs, listsSizes ? sizes : undefined);
  const manifest = sink.resource('manifest', `${name}/app`, 'm');
  for (const [n, { as }] of made.entries())
    if (as !== undefined) sink.refers(manifest, first + blobs.indexOf(digests[n] as Digest), as);
  const asked: Digest[] = [];
  async function* examine(some: Iterable<Digest>): AsyncGenerator<BlobFacts> {
    for (const digest of some) {
      asked.push(digest);
      const sizeBytes = sizeOf.get(digest) as number;
      yield { digest, sizeBytes, freesBytes: sizeBytes, dataAtMs: 0, newestAtMs: 0, linkedBy: [] };
    }
  }
  const store = { name, traits: { listsSizes }, examine } as unknown as StoreReader;
  const needed = Uint32Array.from(digests.keys(), (n) => first + n);
  const weight = await weighNeeded({ store, evidence, needed, enoughBytes }, never);
  return { weight, asked };
}

const layers = (count: number, sizeBytes: number) =>
  Array.from({ length: count }, (): MadeBlob => ({ sizeBytes, as: 'layer' }));

describe('weighing blobs', () => {
  test('never says that there is more than there is, and tells all of it where that is not enough', async () => {
    const made = fc.array(
      fc.record({ sizeBytes: fc.nat(9), as: fc.constantFrom('layer', 'config', 'link', 'child', undefined) }),
      { maxLength: 300 },
    );
    await fc.assert(
      fc.asyncProperty(made, fc.integer({ min: -5, max: 2000 }), fc.boolean(), async (blobs, enough, listsSizes) => {
        const { weight, asked } = await weigh(blobs as MadeBlob[], enough, listsSizes);
        const all = blobs.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
        expect(weight.bytes).toBeLessThanOrEqual(all);
        if (weight.bytes < enough) expect(weight).toEqual({ bytes: all, isLeast: false });
        if (!weight.isLeast) expect(weight.bytes).toBe(enough <= 0 ? 0 : all);
        expect(new Set(asked).size).toBe(asked.length);
      }),
      { numRuns: 60 },
    );
  });

  test('looks at few where those are large, whatever else there is', async () => {
    const small = Array.from({ length: 2000 }, (_, n): MadeBlob => ({ sizeBytes: 1, as: n % 2 ? 'config' : 'link' }));
    const { weight, asked } = await weigh([...small, ...layers(2000, 1000)], 400_000);
    expect(weight).toMatchObject({ isLeast: true });
    expect(asked.length).toBeLessThan(3 * 100 + 350);
  });

  test('asks the storage for nothing where the listing told the sizes, or nothing has to be known', async () => {
    expect(await weigh(layers(500, 3), 1500, true)).toEqual({ weight: { bytes: 1500, isLeast: false }, asked: [] });
    expect(await weigh(layers(500, 3), 0)).toEqual({ weight: { bytes: 0, isLeast: true }, asked: [] });
  });
});

describe('the share of bytes', () => {
  const worldWith = (orphanBytes: number) => {
    const world = createStoreWorld();
    const names = Array.from({ length: 30 }, (_, n) => `layer ${n}`.padEnd(100));
    pushStoreImage(world, 'team/app', { tags: ['v1'], layers: names });
    const orphan = uploadBlob(world, 'team/app', 'x'.repeat(orphanBytes));
    world.clock.forward(2 * DAY_MS);
    return { store: createMemoryStore({ world }), orphan };
  };

  test('stops a plan that takes one blob of many, and most of the bytes', async () => {
    const { store } = worldWith(100_000);
    const { header } = (await planMemoryStore(store, {}, { maxDeleteRatio: 0.3 })).plan;
    expect(header.broken).toEqual([
      expect.stringMatching(/^maxDeleteRatio: 97\.66 KiB of 10\d\.\d KiB in blobs would go/),
    ]);
    expect(header.store?.bytes).toMatchObject({ goBytes: 100_000, isLeast: false });
  });

  test('lets a small one go, and what is too young weighs nothing', async () => {
    const { store, orphan } = worldWith(100);
    const planned = await planMemoryStore(store, {}, { maxDeleteRatio: 0.3 });
    expect(stepsOf(planned)).toEqual({ [orphan]: 'unlink-blob (no-manifest)' });
    expect(planned.plan.header).toMatchObject({ broken: [], store: { bytes: { goBytes: 100 } } });

    const young = worldWith(100_000);
    const { header } = (await planMemoryStore(young.store, { minBlobAgeMs: 9 * DAY_MS }, { maxDeleteRatio: 0.3 })).plan;
    expect(header.broken).toEqual([]);
    expect(header.store?.bytes).toBeUndefined();
  });
});
