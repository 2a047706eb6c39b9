import { expect, test } from 'vitest';
import { parseClusterSpec } from '../systems/cluster/index.ts';
import { clustersSchema } from './schema/clusters.ts';
import { toClusters } from './to-clusters.ts';

const read = (entries: readonly unknown[]) =>
  toClusters(clustersSchema.parse(entries), (_, path) => (path.startsWith('/') ? path : `/here/${path}`));

test('short forms and maps come to the same', () => {
  const sources = read([
    'kubernetes:kube?context=prod&may-hold=registry.example:5000/team',
    { kind: 'kubernetes', kubeconfig: '/here/kube', context: 'prod', mayHold: ['registry.example:5000/team'] },
  ]).map(({ source }) => source);
  expect(sources[0]).toEqual({
    kind: 'kubernetes',
    name: 'prod',
    kubeconfig: '/here/kube',
    context: 'prod',
    mayHold: ['registry.example:5000/team'],
  });
  expect(sources[1]).toEqual({ ...sources[0], name: 'prod-2' });
});

test('paths are absolute, places elsewhere stay', () => {
  const places = read([
    'manifests:gitops',
    'snapshot:prod.json',
    'snapshot:oci://registry.example/winnow/snapshots:prod',
  ]);
  expect(places.map(({ source }) => ('path' in source ? source.path : 'from' in source ? source.from : ''))).toEqual([
    '/here/gitops',
    '/here/prod.json',
    'oci://registry.example/winnow/snapshots:prod',
  ]);
});

test('two of one name are told apart', () => {
  const names = read(['manifests:a/prod', 'manifests:b/prod', 'manifests:prod']).map(({ source }) => source.name);
  expect(names).toEqual(['prod', 'prod-2', 'prod-3']);
});

test.each([
  ['kubernetes'],
  ['openshift:/etc/kubeconfig?context=prod'],
  ['manifests:/srv/git ops?name=prod&may-hold=a.example/b&may-hold=c.example'],
  ['snapshot:/var/prod.json?max-age=90m'],
  ['snapshot:oci://registry.example:5000/winnow/snapshots:prod?name=prod-eu'],
])('what is shown of %s can be written on a command line, and means the same', (spec) => {
  const [cluster] = read([spec]);
  expect(parseClusterSpec(cluster?.shown ?? '')).toEqual(cluster?.source);
});

test('a name, a kind and a short form that make no sense are refused', () => {
  for (const entry of ['cluster:x', 'manifests:', 5, { kind: 'manifest', path: 'x' }, { kind: 'manifests' }])
    expect(clustersSchema.safeParse([entry]).success).toBe(false);
});
