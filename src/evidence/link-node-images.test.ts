import { expect, test } from 'vitest';
import { collectEvidence } from './evidence.ts';
import { linkNodeImages } from './link-node-images.ts';
import { edgeKinds } from './sink.ts';

const digest = `sha256:${'a'.repeat(64)}` as const;

/** What the references of workloads come to, on a node that has one image by these names. */
function linked(names: readonly string[], references: readonly string[]) {
  const { evidence, sink } = collectEvidence();
  const image = sink.resource('node-image', 'cri:///c.sock', 'sha256:image');
  sink.exists(image, {});
  for (const name of names) sink.refers(sink.resource('image-reference', '', name), image, 'names');
  const workload = sink.resource('workload', 'prod/shop', 'Pod/web');
  for (const text of references) sink.refers(workload, sink.resource('image-reference', '', text), 'uses');
  const unread = linkNodeImages(evidence, sink);
  const { edges, resources } = evidence;
  const found = new Set<string>();
  for (let n = 0; n < edges.length; n += 1)
    if (edgeKinds[edges.kinds[n] as number] === 'names' && edges.to[n] === image)
      found.add(resources.key(edges.from[n] as number));
  return { meant: references.filter((one) => found.has(one)), unread };
}

test('short names mean what the runtime has in full', () => {
  const { meant } = linked(
    ['docker.io/library/nginx:latest'],
    ['nginx', 'nginx:latest', 'library/nginx', 'nginx:1.27', 'docker.io/nginx'],
  );
  expect(meant).toEqual(['nginx', 'nginx:latest', 'library/nginx', 'docker.io/nginx']);
});

test('a digest means the image wherever it was pulled from', () => {
  const { meant } = linked(
    [`mirror.example/proxy/app@${digest}`],
    [`registry.example/app:v2@${digest}`, digest, 'registry.example/app:v2'],
  );
  expect(meant).toEqual([`registry.example/app:v2@${digest}`, digest]);
});

test('another registry is another image, also with the same path', () => {
  expect(linked(['registry.example/team/app:v1'], ['other.example/team/app:v1', 'team/app:v1']).meant).toEqual([]);
});

test('what is no reference is handed back', () => {
  expect(linked([], ['I am no name', 'registry.example/app:v1']).unread).toEqual(['I am no name']);
});

test.each([
  ['registry.example/team', ['own', 'nameless']],
  ['docker.io', ['hub', 'nameless']],
  ['registry.example/te', ['nameless']],
])('what could not be seen of uses of %s hides who uses images from there, and of no others', (scope, hidden) => {
  const { evidence, sink } = collectEvidence();
  const add = (id: string, names: string) =>
    sink.exists(sink.resource('node-image', 'cri:///c.sock', id), { attributes: { names } });
  add('own', 'registry.example/team/app:v1');
  add('other', 'other.example/team/app:v1');
  add('hub', 'nginx:1');
  add('nameless', '');
  sink.gap({ hides: 'holds', source: 'cluster prod', cause: '403', scope });
  linkNodeImages(evidence, sink);

  expect(evidence.gaps.map((gap) => gap.scope)).toEqual([
    scope,
    ...hidden.map((id) => `node-image cri:///c.sock/${id}`),
  ]);
});
