import { describe, expect, test } from 'vitest';
import { collectEvidence } from '../../evidence/evidence.ts';
import type { About } from '../../evidence/sink.ts';
import { buildGraph, reverseGraph } from '../../graph/graph.ts';
import { decide } from '../decide.ts';
import { repositoryOf } from './images.ts';
import type { ImagePolicy, NodeGcPolicy } from './policy.ts';
import { nodeGcRuleset } from './ruleset.ts';

const NOW = Date.UTC(2026, 0, 10);
const HOUR = 3_600_000;
const scope = 'cri:///c.sock';

const images: ImagePolicy = { minPullAgeMs: 0, keep: [], only: [], labels: [] };
const policy: NodeGcPolicy = { containers: 'superseded', sandboxes: 'superseded', sandboxMinAgeMs: 600_000, images };

/** A node in a few words: what is there, and who uses what. */
interface World {
  readonly containers?: Readonly<Record<string, About & { readonly uses?: readonly string[]; readonly in?: string }>>;
  readonly sandboxes?: Readonly<Record<string, About>>;
  readonly images?: Readonly<Record<string, About>>;
  readonly held?: readonly string[];
}

/** What becomes of everything, in a word each: `gone`, or the reason for staying. */
function fates(world: World, changed: Partial<NodeGcPolicy> = {}, unusedSinceMs?: number): Record<string, string> {
  const { evidence, sink } = collectEvidence();
  for (const [key, about] of Object.entries(world.images ?? {}))
    sink.exists(sink.resource('node-image', scope, key), about);
  for (const [key, about] of Object.entries(world.sandboxes ?? {}))
    sink.exists(sink.resource('sandbox', scope, key), about);
  for (const [key, { uses = [], in: sandbox, ...about }] of Object.entries(world.containers ?? {})) {
    const id = sink.resource('container', scope, key);
    sink.exists(id, about);
    if (about.attributes?.['state'] !== 'exited') sink.holds(id, 'it runs');
    for (const image of uses) sink.refers(id, sink.resource('node-image', scope, image), 'uses');
    if (sandbox !== undefined) sink.refers(id, sink.resource('sandbox', scope, sandbox), 'uses');
  }
  for (const image of world.held ?? []) sink.holds(sink.resource('node-image', scope, image), 'it is pinned');
  const graph = buildGraph(evidence.resources.size, evidence.edges);
  const view = { evidence, graph, keepers: reverseGraph(graph), nowMs: NOW, firstSeenMs: () => undefined };
  const decisions = decide(
    view,
    nodeGcRuleset({ ...policy, ...changed }, () => unusedSinceMs),
  );
  const told: Record<string, string> = {};
  for (let id = 0; id < evidence.resources.size; id += 1)
    told[evidence.resources.key(id)] = decisions.isDeleted(id) ? 'gone' : decisions.reasonOf(id).code;
  return told;
}

function container(state: string, pod: string, attempt = 0, name = 'app'): About {
  return { createdAtMs: NOW - HOUR, attributes: { state, name, attempt: String(attempt), 'pod-uid': pod } };
}

function sandbox(state: string, pod: string, ageMs: number, attempt = 0): About {
  return { createdAtMs: NOW - ageMs, attributes: { state, attempt: String(attempt), 'pod-uid': pod } };
}

describe('containers', () => {
  test('that have ended go when their pod has a newer attempt of the same name', () => {
    const containers = {
      first: container('exited', 'p', 0),
      second: container('exited', 'p', 1),
      other: container('exited', 'p', 0, 'sidecar'),
    };
    expect(fates({ containers })).toEqual({ first: 'gone', second: 'newest-of-pod', other: 'newest-of-pod' });
  });

  test('that run, were made, or are in a state that nobody knows stay', () => {
    const containers = { a: container('running', 'p'), b: container('created', 'q'), c: container('unknown', 'r') };
    expect(fates({ containers }, { containers: 'ended' })).toEqual({ a: 'held', b: 'held', c: 'held' });
  });

  test('all go by the coarse rule, but those of no pod', () => {
    const containers = { a: container('exited', 'p', 1), b: container('exited', '') };
    expect(fates({ containers }, { containers: 'ended' })).toEqual({ a: 'gone', b: 'foreign' });
  });
});

describe('sandboxes', () => {
  test('that are not ready go when their pod has a newer one, and stay while young', () => {
    const sandboxes = {
      old: sandbox('not-ready', 'p', HOUR, 0),
      young: sandbox('not-ready', 'p', 1000, 1),
      newest: sandbox('not-ready', 'p', 500, 2),
    };
    expect(fates({ sandboxes })).toEqual({ old: 'gone', young: 'keep-younger-than', newest: 'newest-of-pod' });
  });

  test('stay with a container that stays', () => {
    const sandboxes = { old: sandbox('not-ready', 'p', HOUR, 0), newer: sandbox('not-ready', 'p', HOUR, 1) };
    const containers = { last: { ...container('exited', 'p', 0), in: 'old' } };
    expect(fates({ sandboxes, containers })).toMatchObject({ old: 'referenced' });
    expect(fates({ sandboxes, containers }, { containers: 'ended' })).toMatchObject({ old: 'gone', last: 'gone' });
  });
});

describe('images', () => {
  const pulled = (hoursAgo: number, names = '', more: Readonly<Record<string, string>> = {}): About => ({
    pushedAtMs: NOW - hoursAgo * HOUR,
    attributes: { names, ...more },
  });

  test('that a container uses stay, whatever its state, unless that container goes', () => {
    const world = {
      images: { a: pulled(5), b: pulled(5) },
      containers: {
        one: { ...container('exited', 'p', 0), uses: ['a'] },
        two: { ...container('exited', 'p', 1), uses: ['b'] },
      },
    };
    expect(fates(world)).toMatchObject({ a: 'gone', b: 'referenced' });
    expect(fates(world, { containers: 'none' })).toMatchObject({ a: 'referenced', b: 'referenced' });
  });

  test('stay when images are none of the flow’s business, though their container goes', () => {
    const containers = { one: { ...container('exited', 'p', 0), uses: ['a'] } };
    expect(fates({ images: { a: pulled(5) }, containers }, { containers: 'ended', images: undefined })).toEqual({
      a: 'not-asked-for',
      one: 'gone',
    });
  });

  test('that are pinned stay', () => {
    expect(fates({ images: { pause: pulled(500) }, held: ['pause'] })).toEqual({ pause: 'held' });
  });

  test('stay where their age asks for it, or is not known', () => {
    const world = { images: { old: pulled(2), young: pulled(0.1), unknown: { attributes: { names: '' } } } };
    expect(fates(world, { images: { ...images, minPullAgeMs: HOUR } })).toEqual({
      old: 'gone',
      young: 'keep-younger-than',
      unknown: 'age-unknown',
    });
    const unused = { images: { ...images, minUnusedAgeMs: 24 * HOUR } };
    expect(fates({ images: { a: pulled(90) } }, unused)).toEqual({ a: 'age-unknown' });
    expect(fates({ images: { a: pulled(90) } }, unused, NOW - 23 * HOUR)).toEqual({ a: 'keep-younger-than' });
    expect(fates({ images: { a: pulled(90) } }, unused, NOW - 25 * HOUR)).toEqual({ a: 'gone' });
  });

  test('of which nothing tells when they were pulled go once an earlier run has seen them unused for as long', () => {
    const world = { images: { a: {} } };
    const wanted = { images: { ...images, minPullAgeMs: HOUR } };
    expect(fates(world, wanted)).toEqual({ a: 'age-unknown' });
    expect(fates(world, wanted, NOW - HOUR + 1)).toEqual({ a: 'keep-younger-than' });
    expect(fates(world, wanted, NOW - HOUR)).toEqual({ a: 'gone' });
  });

  test('of which the labels could not be read stay where a label is asked for, also one that must not be there', () => {
    const world = { images: { a: { attributes: { 'labels-unread': 'yes' } }, b: {} } };
    const labels = [{ key: 'keep', absent: true }];
    expect(fates(world, { images: { ...images, labels } })).toEqual({ a: 'not-asked-for', b: 'gone' });
  });

  test('are not old by when they were built, unless that is asked for', () => {
    const built = { ...pulled(1), createdAtMs: NOW - 1000 * HOUR };
    const until = { images: { ...images, minPullAgeMs: 2 * HOUR, minBuildAgeMs: 72 * HOUR } };
    expect(fates({ images: { a: built } }, until)).toEqual({ a: 'keep-younger-than' });
    expect(fates({ images: { a: { ...built, pushedAtMs: NOW - 3 * HOUR } } }, until)).toEqual({ a: 'gone' });
  });

  test('keep so many of the latest of each repository, by all their names', () => {
    const world = {
      images: {
        v1: pulled(9, 'r.example/app:v1'),
        v2: pulled(5, 'r.example/app:v2 r.example/app@sha256:2'),
        v3: pulled(1, 'r.example/app:v3'),
        other: pulled(99, 'r.example/other:v1'),
      },
    };
    expect(fates(world, { images: { ...images, keepPerRepository: 2 } })).toEqual({
      v1: 'gone',
      v2: 'keep-newest',
      v3: 'keep-newest',
      other: 'keep-newest',
    });
  });

  test('go by name and label only where these fit, and a name that is to stay comes first', () => {
    const world = {
      images: {
        a: pulled(5, 'r.example/app:1.2.3', { 'label:opschain': 'true' }),
        b: pulled(5, 'r.example/app:1.2.4', { 'label:opschain': 'true' }),
        c: pulled(5, 'r.example/web:1.2.3'),
      },
    };
    const only = [{ kind: 'glob', text: '**:1.2.3' }] as const;
    expect(fates(world, { images: { ...images, only } })).toEqual({ a: 'gone', b: 'not-asked-for', c: 'gone' });
    const labels = [{ key: 'opschain', value: 'true', absent: false }];
    expect(fates(world, { images: { ...images, labels } })).toEqual({ a: 'gone', b: 'gone', c: 'not-asked-for' });
    const without = [{ key: 'opschain', absent: true }];
    expect(fates(world, { images: { ...images, labels: without } })).toMatchObject({ a: 'not-asked-for', c: 'gone' });
    const keep = [{ kind: 'expression', text: '.*/app:.*' }] as const;
    expect(fates(world, { images: { ...images, only, keep } })).toMatchObject({ a: 'kept-by-policy', c: 'gone' });
  });
});

test('a repository is what is left of a name without tag and digest', () => {
  expect(repositoryOf('host:5000/team/app:v1')).toBe('host:5000/team/app');
  expect(repositoryOf('host:5000/team/app@sha256:abc')).toBe('host:5000/team/app');
  expect(repositoryOf('nginx')).toBe('nginx');
});
