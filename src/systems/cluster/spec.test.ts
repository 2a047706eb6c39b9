import { describe, expect, test } from 'vitest';
import { parseClusterSpec } from './spec.ts';

const HOUR_MS = 3_600_000;

describe('the short form of a cluster', () => {
  test.each([
    ['kubernetes', { kind: 'kubernetes', name: 'kubernetes' }],
    ['kubernetes:?context=prod-eu', { kind: 'kubernetes', name: 'prod-eu', context: 'prod-eu' }],
    ['kubernetes:/etc/kube?context=a&name=b', { kind: 'kubernetes', name: 'b', kubeconfig: '/etc/kube', context: 'a' }],
    ['openshift:/etc/kube', { kind: 'openshift', name: 'openshift', kubeconfig: '/etc/kube' }],
    ['manifests:/srv/gitops/prod', { kind: 'manifests', name: 'prod', path: '/srv/gitops/prod' }],
    ['manifests:.', { kind: 'manifests', name: 'manifests', path: '.' }],
    [
      'manifests:saved?may-hold=registry.example/shop&may-hold=registry.example/jobs',
      { kind: 'manifests', name: 'saved', path: 'saved', mayHold: ['registry.example/shop', 'registry.example/jobs'] },
    ],
    ['snapshot:eu.ndjson.gz', { kind: 'snapshot', name: 'eu', from: 'eu.ndjson.gz', maxAgeMs: 24 * HOUR_MS }],
    [
      'snapshot:oci://registry.example:5000/winnow/clusters:eu?max-age=2h',
      {
        ...{ kind: 'snapshot', name: 'eu', from: 'oci://registry.example:5000/winnow/clusters:eu' },
        maxAgeMs: 2 * HOUR_MS,
      },
    ],
    [
      'snapshot:s3://bucket/eu.json?region=eu-1&endpoint=https://s3.example:9000&name=prod',
      {
        ...{ kind: 'snapshot', name: 'prod', of: 'prod', maxAgeMs: 24 * HOUR_MS },
        from: 's3://bucket/eu.json?region=eu-1&endpoint=https://s3.example:9000',
      },
    ],
  ])('reads %s', (spec, settings) => {
    expect(parseClusterSpec(spec)).toEqual(settings);
  });

  test('makes a name of a context that scopes can begin with', () => {
    const { name } = parseClusterSpec('kubernetes:?context=arn:aws:eks:eu-west-1:1:cluster/prod');

    expect(name).toBe('arn:aws:eks:eu-west-1:1:cluster-prod');
  });

  test.each([
    ['', 'it begins with none of kubernetes openshift manifests snapshot'],
    ['docker:/var', 'it begins with none of'],
    ['Kubernetes', 'it begins with none of'],
    ['manifests', 'it names no folder'],
    ['manifests:', 'it names no folder'],
    ['snapshot:?max-age=1h', 'it names no snapshot'],
    ['snapshot:a.json?max-age=soon', '"soon"'],
    ['kubernetes:?contxt=prod', 'contxt is none of its words'],
    ['manifests:dir?max-age=1h', 'max-age is none of its words'],
    ['manifests:dir?name=', 'name= says nothing'],
    ['manifests:dir?may-hold=', 'may-hold= says nothing'],
    ['manifests:dir?name=a/b', '"a/b" is no name'],
    ['kubernetes:?context=a&context=b', 'it says context= more than once'],
  ])('refuses %j, and says what to write', (spec, what) => {
    let thrown: unknown;
    try {
      parseClusterSpec(spec);
    } catch (error) {
      thrown = error;
    }

    expect(thrown).toMatchObject({ code: 'CLUSTER_SETTINGS_INVALID' });
    expect((thrown as Error).message).toContain(what);
    expect((thrown as { hint: string }).hint.length).toBeGreaterThan(10);
  });

  test('shows no password that stands in an address', () => {
    expect(() => parseClusterSpec('snapshot:oci://me:secret@registry.example/a:b?max-age=x')).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('secret') }),
    );
  });
});
