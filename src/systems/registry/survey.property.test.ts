import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openWorld, surveyInto } from '../../../test/support/survey-notebook.ts';
import { covers } from '../../evidence/gap.ts';
import { parseManifest } from '../../oci/manifest.ts';
import { CodedError } from '../../util/pure/coded-error.ts';
import { type Put, putImage, putIndex, putReferrer } from './memory/build.ts';
import type { Verb } from './memory/script.ts';
import type { World } from './memory/world.ts';

const REPOSITORIES = ['a', 'a/b', 'c'];

const repositoryOf = fc.constantFrom(...REPOSITORIES);
/** Images; indexes over what was put before (by position); referrers of what was put before. */
const content = fc.array(
  fc.record({
    repository: repositoryOf,
    what: fc.constantFrom('image', 'index', 'referrer'),
    onto: fc.array(fc.nat(20), { maxLength: 3 }),
    tags: fc.uniqueArray(fc.constantFrom('v1', 'v2', 'v3', 'latest'), { maxLength: 2 }),
  }),
  { minLength: 3, maxLength: 12 },
);
const nth = fc.integer({ min: 1, max: 6 });
const failures = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ verb: fc.constantFrom<Verb>('manifest', 'manifest', 'referrers', 'resolve'), nth }),
    },
    { weight: 1, arbitrary: fc.record({ verb: fc.constantFrom<Verb>('blob', 'pushTimes'), nth }) },
    { weight: 2, arbitrary: fc.record({ verb: fc.constant<Verb>('tags'), nth, afterEntries: fc.nat(3) }) },
    {
      weight: 1,
      arbitrary: fc.record({ verb: fc.constant<Verb>('repositories'), afterEntries: fc.integer({ min: 1, max: 3 }) }),
    },
  ),
  { maxLength: 5 },
);

function fill(world: World, items: typeof content extends fc.Arbitrary<infer T> ? T : never): void {
  const put = new Map<string, Put[]>(REPOSITORIES.map((name) => [name, []]));
  items.forEach(({ repository, what, onto, tags }, n) => {
    const there = put.get(repository)!;
    const targets = there.length === 0 ? [] : onto.map((position) => there[position % there.length]!);
    const annotations = { n: `${n}` };
    const [subject] = targets;
    if (what === 'index') there.push(putIndex(world, repository, targets, { tags, annotations }));
    else if (what === 'referrer' && subject !== undefined)
      there.push(putReferrer(world, repository, subject, { tags, text: `${n}` }));
    else there.push(putImage(world, repository, { tags, label: `${n}` }));
  });
}

/** All edges that can be seen from tags: down, up to subjects, and on to referrers. */
function* visibleEdges(world: World, referrersApi: boolean) {
  for (const [repository, stored] of world.repositories) {
    const seen = new Set<string>();
    const next = [...stored.tags.values()];
    for (const [tag, digest] of stored.tags)
      yield { repository, edge: `${repository}:${tag} -tag-> ${repository}@${digest}` };
    for (let digest = next.pop(); digest !== undefined; digest = next.pop()) {
      const manifest = stored.manifests.get(digest);
      if (manifest === undefined || seen.has(digest)) continue;
      seen.add(digest);
      for (const { as, to } of parseManifest(manifest.bytes, manifest.mediaType).references) {
        if (as !== 'child' && as !== 'subject') continue;
        next.push(to.digest);
        yield { repository, edge: `${repository}@${digest} -${as}-> ${repository}@${to.digest}` };
      }
      if (referrersApi)
        for (const [other, { bytes, mediaType }] of stored.manifests)
          if (parseManifest(bytes, mediaType).references.some(({ as, to }) => as === 'subject' && to.digest === digest))
            next.push(other);
    }
  }
}

test('whatever fails: what can be seen is stated, or lies under a gap; and nothing is stated that is not so', async () => {
  await fc.assert(
    fc.asyncProperty(
      content,
      failures,
      fc.integer({ min: 1, max: 4 }),
      fc.boolean(),
      async (items, failing, concurrency, referrersApi) => {
        const { registry, world, script } = openWorld({ referrersApi });
        fill(world, items);
        for (const { verb, ...occasion } of failing)
          script.fail(verb, new CodedError('REGISTRY_UNAVAILABLE', 'down'), occasion);
        const expected = [...visibleEdges(world, referrersApi)];
        const options = { concurrency, readCreated: () => true, pushTimes: true };
        const notes = await surveyInto(registry, {}, options).catch((thrown: unknown) => {
          expect(thrown).toMatchObject({ code: 'REGISTRY_UNAVAILABLE' });
          return undefined;
        });
        if (notes === undefined) return;

        const isCovered = (repository: string) =>
          notes.gaps.some(({ scope }) => covers(scope, `registry.test/${repository}`));
        for (const { repository, edge } of expected)
          if (!notes.refers.has(edge))
            expect(isCovered(repository), `${edge} is neither stated nor under a gap`).toBe(true);
        const truths = new Set(expected.map(({ edge }) => edge));
        for (const edge of notes.refers) if (/-(tag|child|subject)->/.test(edge)) expect(truths).toContain(edge);
        if (failing.length === 0) expect([...notes.gaps, ...notes.holds]).toEqual([]);
      },
    ),
    { numRuns: 300 },
  );
});
