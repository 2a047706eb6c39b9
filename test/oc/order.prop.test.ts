import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Evidence } from '../../src/evidence/evidence.ts';
import type { ResourceId } from '../../src/evidence/resource.ts';
import type { PlannedImages } from '../../src/flows/prune-images.ts';
import { keptBy } from '../../src/graph/graph.ts';
import { mark } from '../../src/graph/mark.ts';
import type { Action } from '../../src/plan/action.ts';
import { type OcCase, policyOf } from './cases.ts';
import { toObjects } from './objects.ts';
import { NOW_MS, planObjects } from './plan-case.ts';
import { worlds } from './worlds.ts';

const any = worlds({ digestsIn: 'any', withIndexes: true });

async function plannedIn(one: OcCase): Promise<{ planned: PlannedImages; actions: readonly Action[] }> {
  const planned = await planObjects(toObjects(one, NOW_MS), { policy: policyOf(one) });
  return { planned, actions: [...planned.plan.actions] };
}

function idOf({ resources }: Evidence, { target }: Action): ResourceId {
  return resources.find(target.kind, target.scope, target.key) as ResourceId;
}

describe('a plan for images, in any world', () => {
  it('has nothing that is reachable from what is used', async () => {
    await fc.assert(
      fc.asyncProperty(any, async (one) => {
        const { planned, actions } = await plannedIn(one);
        const { evidence, graph } = planned.view;
        const used = mark(graph, evidence.holds.resources);
        expect(actions.filter((action) => used.has(idOf(evidence, action)))).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it('leaves whole what remains, whatever of it is done before it stops, or fails', async () => {
    const failing = fc.func(fc.boolean());
    await fc.assert(
      fc.asyncProperty(any, failing, fc.double({ min: 0, max: 1, noNaN: true }), async (one, fails, upTo) => {
        const { planned, actions } = await plannedIn(one);
        const done = new Set<number>();
        for (const { n, after } of actions.slice(0, Math.ceil(actions.length * upTo)))
          if (after.every((before) => done.has(before)) && !fails(n)) done.add(n);
        const { evidence } = planned.view;
        const gone = new Set(actions.filter(({ n }) => done.has(n)).map((action) => idOf(evidence, action)));
        expect(broken(planned, gone)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('tells a reason for everything, and counts what it does', async () => {
    await fc.assert(
      fc.asyncProperty(any, async (one) => {
        const { planned, actions } = await plannedIn(one);
        const { images, repositories, actionCount, freesBytes } = planned.plan.header;
        const count = (kind: Action['do']) => actions.filter((action) => action.do === kind).length;
        expect(actions.map(({ n }) => n)).toEqual(actions.map((_, index) => index + 1));
        expect(actionCount).toBe(actions.length);
        expect(images).toMatchObject({
          streamItems: { removed: count('delete-stream-item') },
          streamTags: { removed: actions.filter(({ emptiesTag }) => emptiesTag).length },
          manifestLinks: { removed: count('delete-manifest-link') },
          layerLinks: { removed: count('delete-layer-link') },
          blobs: { removed: count('delete-blob') },
          images: { removed: count('delete-image') },
        });
        expect(actions.reduce((sum, action) => sum + action.freesBytes, 0)).toBe(freesBytes);
        for (const { found, removed, keptByReason } of repositories)
          expect(removed + Object.values(keptByReason).reduce((sum, kept) => sum + kept, 0)).toBe(found);
        expect(actions.every(({ because }) => because !== '')).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});

/** What remains without what it needs. */
function broken({ view: { evidence, graph } }: PlannedImages, gone: ReadonlySet<ResourceId>): readonly string[] {
  const { resources } = evidence;
  const found: string[] = [];
  const lacks = (keeper: ResourceId, kept: ResourceId) => {
    if (gone.has(kept))
      found.push(
        `${resources.kind(keeper)} ${resources.key(keeper)} lacks ${resources.kind(kept)} ${resources.key(kept)}`,
      );
  };
  const dataOf = (image: ResourceId) => [...keptBy(graph, image)].find(({ as }) => as === 'link')?.id;
  for (let id = 0; id < resources.size; id += 1) {
    if (!evidence.exists(id) || gone.has(id)) continue;
    const kind = resources.kind(id);
    // An item of a history needs everything that it leads to; a link to a manifest, those to what the manifest names.
    if (kind === 'stream-item' || kind === 'revision-link')
      for (const reached of reach(graph, id)) if (reached !== id) lacks(id, reached);
    const data = kind === 'image-object' ? dataOf(id) : undefined;
    if (data === undefined || gone.has(data)) continue;
    // A manifest whose data is there needs its blobs, and the manifests that it lists.
    for (const { id: part, as } of keptBy(graph, id))
      if (as === 'child') lacks(data, dataOf(part) ?? part);
      else lacks(data, part);
  }
  return found;
}

function reach(graph: PlannedImages['view']['graph'], id: ResourceId): readonly ResourceId[] {
  const marks = mark(graph, [id]);
  return Array.from({ length: graph.size }, (_, n) => n).filter((n) => marks.has(n));
}
