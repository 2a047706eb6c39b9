import fc from 'fast-check';
import { arbitraryStory } from './arbitrary-story.ts';
import { type Story, storySchema } from './story.ts';

type Written = Readonly<Record<string, unknown>>;

const days = fc.integer({ min: 1, max: 60 });
const by = fc.constantFrom('pushed', 'created', 'tagged');

const leaf: fc.Arbitrary<Written> = fc.oneof(
  fc.record({ age: days.map((n) => `${n}d`), by }).map((youngerThan) => ({ youngerThan })),
  fc.record({ age: days.map((n) => `${n}d`), by }).map((olderThan) => ({ olderThan })),
  fc
    .record({ count: fc.integer({ min: 0, max: 3 }), by: fc.constantFrom('pushed', 'created', 'semver') })
    .map((newest) => ({ newest })),
  fc.integer({ min: 0, max: 3 }).map((tagRevisions) => ({ tagRevisions })),
  fc.constantFrom('v1', 'v[', 'v?', '*', '*2').map((glob) => ({ matching: [glob === 'v[' ? '/v[1-3]/' : glob] })),
  days.map((n) => ({ pulledWithin: `${n}d` })),
  fc.constantFrom('keep', 'stage=prod').map((label) => ({ label })),
  fc.constantFrom('linux/amd64', 'linux/*').map((platform) => ({ platform })),
  fc.constantFrom('5', '10').map((largerThan) => ({ largerThan })),
  fc.constant({ untagged: true }),
  fc.constant({ expired: ['label:expires'] }),
);

/** A condition as settings have it. */
export const arbitraryCondition: fc.Arbitrary<Written> = fc.oneof(
  { weight: 3, arbitrary: leaf },
  fc.array(leaf, { minLength: 1, maxLength: 3 }).map((any) => ({ any })),
  fc.array(leaf, { minLength: 1, maxLength: 3 }).map((all) => ({ all })),
  leaf.map((not) => ({ not })),
  fc.array(leaf, { minLength: 1, maxLength: 2 }).map((all) => ({ not: { all } })),
);

const attributes = fc.option(
  fc.dictionary(
    fc.constantFrom('label:keep', 'label:stage', 'label:expires', 'platform'),
    fc.constantFrom('prod', '7d', '2025-12-01', 'linux/amd64', 'unknown/unknown'),
    { maxKeys: 3 },
  ),
  { nil: undefined },
);

/** Any small registry under any policy. What is known of ages, labels and pulls has holes. */
export const arbitraryPruneStory: fc.Arbitrary<Story> = fc
  .record({
    story: arbitraryStory,
    keep: fc.array(arbitraryCondition, { maxLength: 3 }),
    remove: fc.array(arbitraryCondition, { maxLength: 3 }),
    untaggedAfter: fc.option(fc.constantFrom('0', '5d'), { nil: undefined }),
    minAge: fc.constantFrom('0', '0', '2d'),
    pushed: fc.array(fc.option(days, { nil: undefined }), { minLength: 14, maxLength: 14 }),
    pulled: fc.array(fc.option(days, { nil: undefined }), { minLength: 14, maxLength: 14 }),
    watched: fc.option(days, { nil: undefined }),
    attributes: fc.array(attributes, { minLength: 10, maxLength: 10 }),
    remembers: fc.boolean(),
    uses: fc.array(fc.constantFrom('app:v1', 'app/nested:v2', 'agents:v3', 'app@C', 'app::odd', 'agents@D'), {
      maxLength: 2,
    }),
  })
  .filter(({ keep, remove }) => keep.length + remove.length > 0)
  .map(({ story, keep, remove, untaggedAfter, minAge, pushed, pulled, watched, attributes: told, remembers, uses }) => {
    const tags = Object.keys(story.tags);
    const known = (list: readonly (number | undefined)[], most = (n: number) => n) =>
      Object.fromEntries(tags.flatMap((tag, n) => (list[n] === undefined ? [] : [[tag, most(list[n])]])));
    const manifests = Object.fromEntries(
      Object.entries(story.manifests).map(([letter, manifest], n) => [
        letter,
        { ...manifest, ...(told[n] !== undefined && { attributes: told[n] }) },
      ]),
    );
    // Nobody sees a tag before it is pushed, and who looks regularly sees in the order of the pushes.
    const firstSeen = Object.fromEntries(tags.map((tag, n) => [tag, Math.floor((pushed[n] ?? n * 3) / 2)]));
    const history = Object.fromEntries(
      tags.map((tag) => [
        tag,
        [
          [story.tags[tag], 3],
          ['A', 10],
          ['B', 30],
        ],
      ]),
    );
    return storySchema.parse({
      ...{ story: 'any', tags: story.tags, manifests, registry: story.registry, firstSeenDaysAgo: firstSeen },
      prune: {
        policies: [
          {
            ...{ name: 'any', repositories: ['app', 'app/*', 'agents'] },
            ...(keep.length > 0 && { keep }),
            ...(remove.length > 0 && { delete: remove }),
            ...(untaggedAfter !== undefined && { untaggedAfter }),
          },
        ],
        ...{ minAge, pushedDaysAgo: known(pushed), pulledDaysAgo: known(pulled) },
        ...(watched !== undefined && { pullsKnownForDays: watched }),
        ...(remembers && { history }),
        workloads: uses.map((one, n) => ({ name: `Pod/${n}`, uses: [`registry.test/${one}`] })),
      },
    });
  });
