import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { type OcRemoved, ocModel } from '../../bench/prune/oc-model.ts';
import { expectedOf, type OcCase, ocCases, policyOf, type Removed, removedBy, shortNames } from './cases.ts';
import { toObjects } from './objects.ts';
import { NOW_MS, planObjects } from './plan-case.ts';
import { worlds } from './worlds.ts';

function ocRemoves(one: OcCase): Removed {
  const nameOf = shortNames(one);
  const short = (texts: readonly string[]) =>
    texts.map((text) => text.replace(/sha256:[0-9a-f]{64}/g, (digest) => nameOf(digest))).sort();
  const model: OcRemoved = ocModel(toObjects(one, NOW_MS), { ...policyOf(one), nowMs: NOW_MS });
  const { streamItems, layerLinks, manifestLinks, blobs, images } = model;
  return {
    ...{ streamTags: [], streamItems: short(streamItems), layerLinks: short(layerLinks) },
    ...{ manifestLinks: short(manifestLinks), blobs: short(blobs), images: short(images) },
  };
}

async function weRemove(one: OcCase): Promise<Removed> {
  const { plan } = await planObjects(toObjects(one, NOW_MS), { policy: policyOf(one) });
  return { ...removedBy(one, plan.actions), streamTags: [] };
}

describe('the model of oc that we compare with', () => {
  const cases = ocCases.filter(
    ({ workloads, expected, options, failing }) =>
      expected.errors === undefined &&
      failing === undefined &&
      options.pruneRegistry !== false &&
      workloads.every(({ from }) => from === undefined),
  );

  test.each(cases.map((one) => [one.id, one] as const))('does as oc does in %s', (_, one) => {
    expect(ocRemoves(one)).toEqual({ ...expectedOf(one), streamTags: [] });
  });
});

describe('beside oc', () => {
  it('removes nothing that oc keeps, in any world', async () => {
    await fc.assert(
      fc.asyncProperty(worlds({ digestsIn: 'any' }), async (one) => {
        const ours = await weRemove(one);
        const theirs = ocRemoves(one);
        for (const what of ['streamItems', 'layerLinks', 'manifestLinks', 'blobs', 'images'] as const)
          expect(ours[what].filter((name) => !theirs[what].includes(name))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('removes all that oc removes where no law is better: what is used is in a history of its own stream', async () => {
    const fair = worlds({ digestsIn: 'one stream' }).filter(isFair);
    await fc.assert(
      fc.asyncProperty(fair, async (one) => {
        expect(await weRemove(one)).toEqual(ocRemoves(one));
      }),
      { numRuns: 300 },
    );
  });
});

/** No digest in use that its stream does not list, nor one whose Image is gone; by size, nothing outside of streams. */
function isFair({ streams, workloads, images, options }: OcCase): boolean {
  const there = new Set(images.map(({ name }) => name));
  const listed = new Map<string, Set<string>>();
  for (const { namespace, name, tags } of streams)
    listed.set(
      `${namespace}/${name}`,
      new Set(Object.values(tags).flatMap((items) => items.map(({ image }) => image))),
    );
  const everywhere = new Set([...listed.values()].flatMap((one) => [...one]));
  if (options.pruneOverSizeLimit === true && images.some(({ name }) => !everywhere.has(name))) return false;
  if (options.pruneOverSizeLimit === true && [...everywhere].some((name) => !there.has(name))) return false;
  return workloads.every(({ image }) => {
    const [, path = '', digest] = /^registry\.io\/([^:@]+)(?:@(.+))?/.exec(image) ?? [];
    return digest === undefined || ((listed.get(path)?.has(digest) ?? false) && there.has(digest));
  });
}
