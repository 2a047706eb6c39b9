import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { inShop, tell } from './told.suite.ts';

const deployment = (image: string) => `
# Source: web/templates/deployment.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      containers: [{name: app, image: "${image}"}]
`;

function release(revision: number, status: string, manifest: unknown, hooks: readonly unknown[] = []): string {
  const json = JSON.stringify({
    ...{ name: 'web', namespace: 'shop', version: revision, info: { status }, manifest, hooks },
    chart: { values: { image: 'default:0' } },
  });
  return gzipSync(json).toString('base64');
}

const secret = (text: string) => ({
  ...{ apiVersion: 'v1', kind: 'Secret', type: 'helm.sh/release.v1', metadata: inShop('sh.helm.release.v1.web.v1') },
  data: { release: Buffer.from(text).toString('base64') },
});

describe('a Helm release', () => {
  test('uses what the manifests of each of its revisions name, in whatever state', () => {
    const second = `---${deployment('web:2')}---\napiVersion: v1\nkind: Service\n---\n${deployment('web:2b')}`;

    expect(
      tell([secret(release(1, 'superseded', deployment('web:1'))), secret(release(2, 'deployed', second))]),
    ).toMatchObject({
      references: ['web:1', 'web:2', 'web:2b'],
      holders: [
        'Helm release shop/web revision 1, container app (superseded)',
        'Helm release shop/web revision 2, container app (deployed)',
      ],
      gaps: [],
    });
  });

  test('uses what its hooks name', () => {
    const hook = {
      name: 'migrate',
      manifest: deployment('migrate:1').replace('Deployment', 'Job').replace('apps/v1', 'batch/v1'),
    };

    expect(tell([secret(release(1, 'deployed', '', [hook]))]).references).toEqual(['migrate:1']);
  });

  test('may lie in a ConfigMap', () => {
    const metadata = { ...inShop('web.v1'), labels: { owner: 'helm' } };
    const configMap = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata,
      data: { release: release(1, 'deployed', deployment('web:1')) },
    };

    expect(tell([configMap]).references).toEqual(['web:1']);
  });

  test('is read for custom resources and lists, as a cluster is', () => {
    const manifest = `
apiVersion: argoproj.io/v1alpha1
kind: Rollout
spec: {template: {spec: {containers: [{image: "canary:1"}]}}}
---
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: Pod, spec: {containers: [{image: "listed:1"}]}}
`;
    expect(tell([secret(release(1, 'deployed', manifest))]).references).toEqual(['canary:1', 'listed:1']);
  });

  test.each([
    ['has no release in it', secret('')],
    ['is no gzip', secret('bm90IGd6aXA=')],
    ['is cut off', secret(release(1, 'deployed', deployment('web:1')).slice(0, 80))],
    ['has no manifest that can be read', secret(release(1, 'deployed', 'kind: [Pod'))],
    ['has a manifest that is no text', secret(release(1, 'deployed', 7))],
    ['has no data', { ...secret(''), data: undefined }],
  ])('that %s may use anything: a gap', (_, object) => {
    const { gaps } = tell([object]);

    expect(gaps).toHaveLength(1);
    expect(gaps[0]).toMatchObject({ scope: 'registry.example', hides: 'holds', source: 'cluster prod' });
    expect(gaps[0]?.cause).toMatch(/^reading (Secret shop\/sh\.helm\.release\.v1\.web\.v1|Helm release shop\/web)/);
  });
});
