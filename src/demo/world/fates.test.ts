import { expect, test } from 'vitest';
import type { Digest } from '../../oci/digest.ts';
import { judge } from './fates.ts';
import type { World, WorldClass, WorldManifest } from './world.ts';

const digest = (letter: string): Digest => `sha256:${letter.repeat(64)}`;
const at = new Date(0);

/** Manifests are letters with their children, tags point at letters, records are `tag: status`. */
function world(
  as: WorldClass,
  manifests: Record<string, string>,
  tags: Record<string, string>,
  records: [string, string][],
): World {
  return {
    blobs: new Map(),
    looseBlobs: [],
    repositories: [
      {
        name: 'repo',
        class: as,
        manifests: Object.entries(manifests).map(([letter, named]): WorldManifest => {
          const subject = /<(.)/.exec(named)?.[1];
          const children = [...named.replace(/<./, '')].map(digest);
          return {
            ...{ digest: digest(letter), mediaType: '', bytes: Buffer.alloc(0), blobs: [], children, pushedAt: at },
            ...(subject === undefined ? {} : { subject: digest(subject) }),
          };
        }),
        tags: Object.entries(tags).map(([name, letter]) => ({
          name,
          digest: digest(letter),
          earlier: [],
          pushedAt: at,
        })),
        strayBlobs: [],
        uploads: [],
      },
    ],
    records: records.map(([tag, status], n) => ({
      id: String(n),
      repository: 'repo',
      tag,
      status,
      finishedAt: undefined,
    })),
  };
}

const told = (one: World) =>
  Object.fromEntries(
    judge(one).tags.map(({ tag, fate, because, onlyByTag }) => [
      tag,
      `${fate} ${because}${onlyByTag ? ' only-by-tag' : ''}`,
    ]),
  );

test('lets a transient tag go with its records, and keeps it for one that is active or that nobody understands', () => {
  const one = world(
    'transient',
    { a: '', b: '', c: '', d: '', e: '' },
    { over: 'a', runs: 'b', odd: 'c', again: 'd', none: 'e' },
    [
      ['over', 'success'],
      ['runs', 'running'],
      ['odd', 'error'],
      ['odd', 'quarantined'],
      ['again', 'success'],
      ['again', 'waiting'],
    ],
  );

  expect(told(one)).toEqual({
    over: 'goes inactive-record',
    runs: 'stays active-record',
    odd: 'stays unknown-status',
    again: 'stays active-record',
    none: 'stays no-record',
  });
});

test.each([
  ['retained', 'retained'],
  ['protected', 'protected-repository'],
  ['unknown', 'unknown-repository'],
] as const)('keeps all of a %s repository, whatever the records say', (as, because) => {
  const signature = `sha256-${'a'.repeat(64)}.sig`;

  expect(told(world(as, { a: '', s: '' }, { v1: 'a', [signature]: 's' }, [['v1', 'success']]))).toEqual({
    v1: `stays ${because}`,
    [signature]: `stays ${because}`,
  });
});

test('knows which tags can only go by themselves: those on what another tag or an index still needs', () => {
  const one = world('transient', { a: '', b: '', i: 'b' }, { over: 'a', live: 'a', half: 'b', whole: 'i' }, [
    ['over', 'success'],
    ['live', 'running'],
    ['half', 'success'],
    ['whole', 'running'],
  ]);

  expect(told(one)).toMatchObject({
    over: 'goes inactive-record only-by-tag',
    half: 'goes inactive-record only-by-tag',
  });
});

test('sends a signature and a referrer where their subject goes', () => {
  const signature = (letter: string) => `sha256-${letter.repeat(64)}.sig`;
  const one = world(
    'transient',
    { a: '', b: '', c: '', d: '', e: '<a', f: '<b' },
    { over: 'a', live: 'b', [signature('a')]: 'c', [signature('b')]: 'd' },
    [
      ['over', 'success'],
      ['live', 'running'],
    ],
  );

  expect(told(one)).toMatchObject({
    [signature('a')]: 'goes follows-subject',
    [signature('b')]: 'stays follows-subject',
  });
  expect(judge(one).referrers.map(({ subject, fate }) => [subject, fate])).toEqual([
    [digest('a'), 'goes'],
    [digest('b'), 'stays'],
  ]);
});
