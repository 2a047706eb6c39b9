import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { arbitraryCondition, arbitraryPruneStory } from '../../test/support/arbitrary-prune-story.ts';
import { arbitraryGap } from '../../test/support/arbitrary-story.ts';
import type { PruneParts } from '../../test/support/prune-story.ts';
import { HOST, type Story, storySchema, tellStory } from '../../test/support/story.ts';
import { formatResource } from '../evidence/resource.ts';
import { reachedByUses } from './in-use.ts';

const RUNS = { numRuns: Number(process.env['WINNOW_PROPERTY_RUNS'] ?? 150) };

function targets(story: Story): readonly string[] {
  return tellStory(story).planned.actions.map((action) => formatResource(action.target));
}

function expectNoMore(before: Story, after: Story): void {
  const allowed = new Set(targets(before));
  expect(targets(after).filter((target) => !allowed.has(target))).toEqual([]);
}

function withPrune(story: Story, change: (parts: PruneParts) => PruneParts): Story {
  return { ...story, prune: change(story.prune as PruneParts) };
}

function without<Value>(map: Readonly<Record<string, Value>>, pick: number): Record<string, Value> {
  const keys = Object.keys(map);
  return Object.fromEntries(Object.entries(map).filter(([key]) => key !== keys[pick % Math.max(1, keys.length)]));
}

/** Ways to know less than before: of one thing, or of all. */
const ignorances: Readonly<Record<string, (story: Story, pick: number) => Story>> = {
  'when a tag was pushed': (story, pick) =>
    withPrune(story, (parts) => ({ ...parts, pushedDaysAgo: without(parts.pushedDaysAgo, pick) })),
  'when a tag was first seen': (story, pick) => ({
    ...story,
    firstSeenDaysAgo: without(story.firstSeenDaysAgo, pick),
  }),
  'when an image was made': (story, pick) => changeManifest(story, pick, 'createdDaysAgo'),
  'labels and platform of an image': (story, pick) => changeManifest(story, pick, 'attributes'),
  'of pulls': (story) => withPrune(story, ({ pullsKnownForDays: _, ...parts }) => parts as PruneParts),
  'of the past of tags': (story) => withPrune(story, ({ history: _, ...parts }) => parts as PruneParts),
};

function changeManifest(story: Story, pick: number, field: 'createdDaysAgo' | 'attributes'): Story {
  const letter = Object.keys(story.manifests)[pick % Object.keys(story.manifests).length] as string;
  const { [field]: _, ...rest } = story.manifests[letter] as Story['manifests'][string];
  return { ...story, manifests: { ...story.manifests, [letter]: rest } };
}

describe('prune', () => {
  test.each(Object.entries(ignorances))('deletes no more where less is known %s', (_, forget) => {
    fc.assert(
      fc.property(arbitraryPruneStory, fc.nat({ max: 20 }), (story, pick) => {
        expectNoMore(story, forget(story, pick));
      }),
      RUNS,
    );
  });

  test('deletes no more by a further rule that keeps', () => {
    fc.assert(
      fc.property(arbitraryPruneStory, arbitraryCondition, (story, condition) => {
        const more = storySchema.shape.prune
          .unwrap()
          .shape.policies.parse([{ name: 'more', repositories: ['**'], keep: [condition] }]);
        const keep = more[0]?.keep ?? [];
        const stricter = withPrune(story, (parts) => ({
          ...parts,
          policies: parts.policies.map((policy) => ({ ...policy, keep: [...(policy.keep ?? []), ...keep] })),
        }));
        expectNoMore(story, stricter);
      }),
      RUNS,
    );
  });

  test('deletes no more for a further gap, nor for a further use', () => {
    fc.assert(
      fc.property(
        arbitraryPruneStory,
        arbitraryGap,
        fc.constantFrom('app:v1', 'agents:v2', 'app@B'),
        (story, gap, use) => {
          expectNoMore(story, { ...story, gaps: [gap] });
          const more = { name: 'Pod/more', uses: [`${HOST}/${use}`] };
          expectNoMore(
            story,
            withPrune(story, (parts) => ({ ...parts, workloads: [...parts.workloads, more] })),
          );
        },
      ),
      RUNS,
    );
  });

  test('deletes nothing that a workload reaches, and nothing where no policy is', () => {
    fc.assert(
      fc.property(arbitraryPruneStory, (story) => {
        const told = tellStory(story);
        const { resources } = told.view.evidence;
        const isUsed = reachedByUses(told.view);
        for (const { target } of told.planned.actions) {
          const id = resources.find(target.kind, target.scope, target.key) as number;
          expect([formatResource(target), isUsed(id)]).toEqual([formatResource(target), false]);
          expect(target.scope.slice(HOST.length + 1)).toMatch(/^(?:app|agents)/);
        }
      }),
      RUNS,
    );
  });

  test('deletes something now and then', () => {
    const stories = fc.sample(arbitraryPruneStory, { numRuns: 200, seed: 7 });
    const deleting = stories.filter((story) => targets(story).length > 0).length;
    expect(deleting).toBeGreaterThan(40);
  });
});
