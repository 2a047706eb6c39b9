import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryGap, arbitraryStory } from '../../test/support/arbitrary-story.ts';
import { digestOf, HOST, type Story, tellStory } from '../../test/support/story.ts';
import { formatResource, type ResourceId } from '../evidence/resource.ts';
import { edgeKinds } from '../evidence/sink.ts';

const RUNS = { numRuns: Number(process.env['WINNOW_PROPERTY_RUNS'] ?? 150) };
type Told = ReturnType<typeof tellStory>;

function targets({ planned }: Told): string[] {
  return planned.actions.map((action) => formatResource(action.target));
}

/** What each thing needs to be whole, straight from the stated edges: an own reading, not the graph's. */
function needs(told: Told): ReadonlyMap<ResourceId, ResourceId[]> {
  const { edges } = told.view.evidence;
  const found = new Map<ResourceId, ResourceId[]>();
  for (let n = 0; n < edges.length; n += 1) {
    const kind = edgeKinds[edges.kinds[n] as number];
    const [from, to] = [edges.from[n] as number, edges.to[n] as number];
    if (kind === 'record') continue;
    const [needing, needed] = kind === 'subject' || kind === 'referrer-tag' ? [to, from] : [from, to];
    found.set(needing, [...(found.get(needing) ?? []), needed]);
  }
  return found;
}

function removedBy(told: Told, upTo: number): Set<ResourceId> {
  const { resources } = told.view.evidence;
  const { actions } = told.planned;
  let end = upTo;
  while (actions[end]?.unit !== undefined && actions[end]?.unit === actions[end - 1]?.unit) end += 1;
  return new Set(
    actions.slice(0, end).map(({ target }) => resources.find(target.kind, target.scope, target.key) as ResourceId),
  );
}

describe('a plan', () => {
  it('never holds what is reachable from anything that stays', () => {
    fc.assert(
      fc.property(arbitraryStory, (story) => {
        const told = tellStory(story);
        const { evidence } = told.view;
        const gone = removedBy(told, told.planned.actions.length);
        const edges = needs(told);
        for (let id = 0; id < evidence.resources.size; id += 1) {
          if (!evidence.exists(id) || gone.has(id)) continue;
          const [first] = (edges.get(id) ?? []).filter((needed) => gone.has(needed));
          expect(
            first === undefined
              ? ''
              : `${formatResource(evidence.resources.at(id))} needs ${formatResource(evidence.resources.at(first))}`,
          ).toBe('');
        }
      }),
      RUNS,
    );
  });

  it('never holds what somebody holds, nor anything of a protected or unknown repository', () => {
    fc.assert(
      fc.property(arbitraryStory, (story) => {
        const told = tellStory(story);
        const active = new Set(story.records.filter(({ status }) => status !== 'inactive').map(({ owns }) => owns));
        for (const target of targets(told)) {
          const name = target.slice(HOST.length + 1);
          expect(/^(limepoint|strange)/.test(name)).toBe(false);
          expect(active.has(name)).toBe(false);
          for (const owns of active) {
            const [repository = '', letter = ''] = owns.split('@');
            expect(name).not.toBe(`${repository}@${digestOf(letter)}`);
          }
        }
      }),
      RUNS,
    );
  });

  it('leaves every remaining thing whole after any prefix', () => {
    fc.assert(
      fc.property(arbitraryStory, (story) => {
        const told = tellStory(story);
        const edges = needs(told);
        for (let upTo = 0; upTo <= told.planned.actions.length; upTo += 1) {
          const gone = removedBy(told, upTo);
          for (const [id, needed] of edges)
            if (!gone.has(id) && told.view.evidence.exists(id))
              expect(needed.filter((one) => gone.has(one) && !reaches(edges, [one], id))).toEqual([]);
        }
      }),
      RUNS,
    );
  });

  it('gains no action from a further gap', () => {
    fc.assert(
      fc.property(arbitraryStory, arbitraryGap, (story, gap) => {
        const before = new Set(targets(tellStory(story)));
        const after = targets(tellStory({ ...story, gaps: [gap] }));
        expect(after.filter((target) => !before.has(target))).toEqual([]);
      }),
      RUNS,
    );
  });

  it('gains no action from a further hold', () => {
    fc.assert(
      fc.property(arbitraryStory, fc.nat(), (story, pick) => {
        const names = Object.keys(story.tags);
        fc.pre(names.length > 0);
        const owns = names[pick % names.length] as string;
        const held: Story = { ...story, records: [...story.records, { id: 'more', owns, status: 'active' }] };
        const before = new Set(targets(tellStory(story)));
        expect(targets(tellStory(held)).filter((target) => !before.has(target))).toEqual([]);
      }),
      RUNS,
    );
  });

  it('puts everything behind what it waits for', () => {
    fc.assert(
      fc.property(arbitraryStory, (story) => {
        const { actions } = tellStory(story).planned;
        for (const [index, action] of actions.entries()) {
          expect(action.n).toBe(index + 1);
          expect(action.after.every((n) => n < action.n)).toBe(true);
        }
      }),
      RUNS,
    );
  });

  it('frees in sum what is needed by nothing once all is done', () => {
    fc.assert(
      fc.property(arbitraryStory, (story) => {
        const told = tellStory(story);
        const { evidence, graph } = told.view;
        const gone = removedBy(told, told.planned.actions.length);
        let free = 0;
        for (let id = 0; id < graph.size; id += 1)
          if (evidence.resources.kind(id) === 'blob' && !told.decisions.marks.has(id) && reaches(needs(told), gone, id))
            free += evidence.sizeBytes(id);
        expect(told.planned.actions.reduce((sum, action) => sum + action.freesBytes, 0)).toBe(free);
      }),
      RUNS,
    );
  });
});

/** Only a referrer that contains its own subject makes a circle; within it no order is right for both. */
function reaches(edges: ReturnType<typeof needs>, from: Iterable<ResourceId>, id: ResourceId): boolean {
  const seen = new Set<ResourceId>();
  const open = [...from];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (at === id) return true;
    if (seen.has(at)) continue;
    seen.add(at);
    open.push(...(edges.get(at) ?? []));
  }
  return false;
}
