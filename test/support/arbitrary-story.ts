import fc from 'fast-check';
import { HOST, type Story, storySchema } from './story.ts';

const LETTERS = [...'ABCDEFGHIJ'];
const REPOSITORIES = ['app', 'app/nested', 'agents', 'limepoint/base', 'strange'];

/** Any small registry: nested indexes, referrers, signatures, opaque and unreadable manifests, siblings, several repositories. */
export const arbitraryStory: fc.Arbitrary<Story> = fc
  .record({
    tags: fc.dictionary(
      fc
        .tuple(
          fc.constantFrom(...REPOSITORIES),
          fc.oneof(
            fc.constantFrom('v1', 'v2', 'v3', 'v4', 'v5'),
            fc.constantFrom(...LETTERS).map((letter) => `sig(${letter})`),
          ),
        )
        .map((parts) => parts.join(':')),
      fc.constantFrom(...LETTERS),
      { maxKeys: 14 },
    ),
    shapes: fc.array(
      fc.record({
        children: fc.subarray(LETTERS, { maxLength: 3 }),
        opaque: fc.oneof({ weight: 6, arbitrary: fc.constant<string[]>([]) }, fc.subarray(LETTERS, { maxLength: 2 })),
        layers: fc.dictionary(fc.constantFrom('x', 'y', 'z', 'base'), fc.integer({ min: 1, max: 9 }), { maxKeys: 3 }),
        subject: fc.option(fc.constantFrom(...LETTERS), { nil: undefined, freq: 3 }),
        in: fc.option(fc.constantFrom(...REPOSITORIES), { nil: undefined }),
        absent: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
        unreadable: fc.integer({ min: 0, max: 19 }).map((n) => n === 0),
        createdDaysAgo: fc.option(fc.integer({ min: 0, max: 100 }), { nil: undefined }),
      }),
      { minLength: LETTERS.length, maxLength: LETTERS.length },
    ),
    statuses: fc.array(fc.constantFrom('active', 'inactive', 'inactive', 'unknown', 'none'), {
      minLength: 14,
      maxLength: 14,
    }),
    byDigest: fc.array(
      fc.tuple(fc.constantFrom(...REPOSITORIES), fc.constantFrom(...LETTERS), fc.constantFrom('active', 'inactive')),
      { maxLength: 2 },
    ),
    registry: fc.record({
      untagBy: fc.constantFrom('tag', 'digest'),
      deleteManifests: fc.constant(true),
      untagByOverwrite: fc.boolean(),
    }),
    whenNoRecord: fc.constantFrom('keep', 'retire'),
    retired: fc.subarray(
      LETTERS.map((letter) => `app@${letter}`),
      { maxLength: 1 },
    ),
  })
  .map(({ tags, shapes, statuses, byDigest, registry, whenNoRecord, retired }) => {
    // A digest can only name what was there before it: later letters name earlier ones.
    const earlier = (n: number, names: readonly string[]) => names.filter((name) => LETTERS.indexOf(name) < n);
    const manifests = Object.fromEntries(
      shapes.map((shape, n) => [
        LETTERS[n] as string,
        {
          ...shape,
          children: earlier(n, shape.children),
          opaque: earlier(n, shape.opaque),
          subject: earlier(n, shape.subject === undefined ? [] : [shape.subject])[0],
        },
      ]),
    );
    const byTag = Object.keys(tags).map((owns, n) => ({ id: `${n}`, owns, status: statuses[n] ?? 'none' }));
    const owned = byDigest.map(([repository, letter, status], n) => ({
      id: `d${n}`,
      owns: `${repository}@${letter}`,
      status,
    }));
    return storySchema.parse({
      story: 'any',
      tags,
      manifests,
      records: [...byTag.filter(({ status }) => status !== 'none'), ...owned],
      retired,
      registry,
      firstSeenDaysAgo: Object.fromEntries(Object.keys(tags).map((name, n) => [name, n * 3])),
      classes: [
        { kind: 'transient', repositories: ['app', 'app/*'], whenNoRecord, noRecordMinAgeMs: 864000000 },
        { kind: 'retained', repositories: ['agents'], keepNewest: 1, keepYoungerThanMs: 864000000 },
        { kind: 'protected', repositories: ['limepoint/*'] },
      ],
    });
  });

export const arbitraryGap: fc.Arbitrary<Story['gaps'][number]> = fc.record({
  scope: fc.constantFrom(
    '',
    HOST,
    ...REPOSITORIES.map((name) => `${HOST}/${name}`),
    `${HOST}/app:v1`,
    `${HOST}/agents:v2`,
    'records/0',
  ),
  hides: fc.constantFrom('existence', 'references', 'holds'),
});
