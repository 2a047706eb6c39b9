import fc from 'fast-check';
import type { OcCase } from './cases.ts';

export interface WorldOptions {
  /** Whether an image may be in several streams, and be used by digest where it is in none. */
  readonly digestsIn: 'one stream' | 'any';
  readonly withIndexes?: boolean;
}

/** Small worlds: images that share layers, histories that share images, and who uses them. Ages lie around the hour that is asked for. */
export function worlds(more: WorldOptions): fc.Arbitrary<OcCase> {
  const ageMinutes = fc.constantFrom(undefined, 5, 90);
  const aged = <T>(part: fc.Arbitrary<T>) =>
    fc.tuple(part, ageMinutes).map(([one, age]) => (age === undefined ? one : { ...one, ageMinutes: age }));
  const layers = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { maxLength: 3 });
  const names = ['D0', 'D1', 'D2', 'D3', 'D4', 'D5', 'D6', 'D7'];
  const config = fc.constantFrom(undefined, 'C1', 'C2');
  const plain = fc.record({
    ...{ layers, config },
    ...{ sizeBytes: fc.integer({ min: 1, max: 9 }), managed: fc.constantFrom('true', null) },
  });
  // An index lists what has a higher number, so that there are no circles.
  const index = (name: string) =>
    fc
      .subarray(
        names.filter((one) => one > name),
        { minLength: 1 },
      )
      .map((children) => ({ children }));
  const image = (name: string) =>
    aged(
      (more.withIndexes === true && name < 'D5' ? fc.oneof(plain, index(name)) : plain).map((parts) => ({
        name,
        ...parts,
      })),
    );
  const streams = ['one/a', 'one/b', 'two/a'];
  const imagesOf = (path: string) =>
    more.digestsIn === 'any' ? [...names, 'X9'] : names.filter((_, n) => n % streams.length === streams.indexOf(path));
  const history = (path: string) =>
    fc.array(aged(fc.constantFrom(...imagesOf(path)).map((one) => ({ image: one }))), { maxLength: 4 });
  const stream = (path: string) =>
    aged(
      fc.record({ latest: history(path), v1: history(path) }).map((tags) => {
        const [namespace = '', name = ''] = path.split('/');
        return { namespace, name, tags };
      }),
    );
  const user = fc
    .constantFrom(...streams)
    .chain((path) =>
      fc.tuple(fc.constant(path), fc.constantFrom(':latest', '', ':v1', ...imagesOf(path).map((one) => `@${one}`))),
    )
    .chain(([path, what]) =>
      aged(
        fc
          .constantFrom('Pod Running', 'Pod Succeeded', 'Pod Failed', 'Deployment', 'CronJob', 'ReplicationController')
          .map((words) => {
            const [kind = '', phase] = words.split(' ');
            return {
              kind,
              name: 'user',
              image: `registry.io/${path}${what}`,
              ...(phase === undefined ? {} : { phase }),
            };
          }),
      ),
    );
  return fc
    .record({
      images: fc.tuple(...names.map(image)).chain((all) => fc.subarray(all)),
      streams: fc.tuple(...streams.map(stream)).chain((all) => fc.subarray(all)),
      workloads: fc
        .array(user, { maxLength: 3 })
        .map((users) => users.map((one, n) => ({ ...one, name: `user-${n}` }))),
      options: fc.record({
        all: fc.boolean(),
        keepTagRevisions: fc.integer({ min: 0, max: 3 }),
        pruneOverSizeLimit: fc.boolean(),
      }),
      limit: fc.integer({ min: 1, max: 9 }),
    })
    .map(({ limit, ...parts }) => ({ id: '', title: '', ...parts, limits: { one: [limit] }, expected: {} }) as OcCase);
}
