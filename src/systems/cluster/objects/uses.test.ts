import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { collectEvidence } from '../../../evidence/evidence.ts';
import { parseReference } from '../../../oci/reference.ts';
import type { KubeObject } from '../contract.ts';
import { usageKinds } from './kinds.ts';
import { inShop, tell } from './told.suite.ts';
import { stateUses } from './uses.ts';

const HEX = 'ab'.repeat(32);
const containers = [{ name: 'app', image: 'web:1' }];
const inTemplate = { template: { spec: { containers } } };
const of = (apiVersion: string, kind: string, fields: object) => ({
  apiVersion,
  kind,
  metadata: inShop('x'),
  ...fields,
});

describe('a pod', () => {
  test('uses the images of all its containers and image volumes, and those that run', () => {
    const pod = of('v1', 'Pod', {
      spec: {
        initContainers: [{ name: 'init', image: 'init:1' }],
        containers: [...containers, { name: 'blank', image: ' ' }, { name: 'none' }],
        ephemeralContainers: [{ name: 'debug', image: 'debug:1' }],
        volumes: [
          { name: 'model', image: { reference: 'model:1' } },
          { name: 'tmp', emptyDir: {} },
        ],
      },
      status: {
        phase: 'Running',
        initContainerStatuses: [
          { name: 'init', image: 'init:1', imageID: `docker-pullable://r.example/init@sha256:${HEX}` },
        ],
        containerStatuses: [
          { name: 'app', image: 'docker.io/library/web:1', imageID: `docker://sha256:${HEX}` },
          { name: 'blank', image: '', imageID: '' },
        ],
        ephemeralContainerStatuses: [{ name: 'debug', imageID: HEX.replaceAll('a', 'c') }],
      },
    });

    expect(tell([pod])).toEqual({
      references: [
        'debug:1',
        'docker.io/library/web:1',
        'init:1',
        'model:1',
        `r.example/init@sha256:${HEX}`,
        `sha256:${HEX}`,
        `sha256:${HEX.replaceAll('a', 'c')}`,
        'web:1',
      ].sort(),
      holders: ['Pod shop/x, init container init, container app, ephemeral container debug and 1 more (Running)'],
      workloads: ['shop/Pod/x'],
      gaps: [],
    });
  });

  test.each([
    ['Pending', true],
    ['Running', true],
    ['Unknown', true],
    ['', true],
    [undefined, true],
    ['Succeeded', false],
    ['Failed', false],
  ])('in the phase %j is alive: %s', (phase, isAlive) => {
    const { holders, workloads } = tell([of('v1', 'Pod', { spec: { containers }, status: { phase } })]);

    expect(holders).toHaveLength(isAlive ? 1 : 0);
    expect(workloads).toEqual(['shop/Pod/x']);
  });

  test('is told once for each reference, however often it stands there', () => {
    const { evidence, sink } = collectEvidence();
    const twice = of('v1', 'Pod', { spec: { containers: [...containers, ...containers], initContainers: containers } });
    stateUses(sink, { name: 'prod', mayHold: [''] }, { extractors: [] }).object(twice as KubeObject);

    expect(evidence.edges.length).toBe(1);
    expect(evidence.holds.length).toBe(1);
  });
});

describe('other kinds', () => {
  test.each([
    ['v1', 'ReplicationController', { spec: inTemplate }],
    ['v1', 'PodTemplate', inTemplate],
    ['apps/v1', 'ReplicaSet', { spec: inTemplate }],
    ['apps/v1', 'Deployment', { spec: inTemplate }],
    ['extensions/v1beta1', 'Deployment', { spec: inTemplate }],
    ['apps/v1', 'StatefulSet', { spec: inTemplate }],
    ['apps/v1', 'DaemonSet', { spec: inTemplate }],
    ['apps/v1', 'ControllerRevision', { data: { spec: inTemplate } }],
    ['apps/v1', 'ControllerRevision', { data: { leader: [{ spec: { containers } }] } }],
    ['batch/v1', 'Job', { spec: inTemplate }],
    ['batch/v1beta1', 'CronJob', { spec: { jobTemplate: { spec: inTemplate } } }],
    ['apps.openshift.io/v1', 'DeploymentConfig', { spec: inTemplate }],
    ['v1', 'DeploymentConfig', { spec: inTemplate }],
  ])('of %s, a %s, use what their template names', (apiVersion, kind, fields) => {
    expect(tell([of(apiVersion, kind, fields)])).toMatchObject({
      references: ['web:1'],
      holders: [`${kind} shop/x, container app`],
      gaps: [],
    });
  });

  test('without an image, or of no group that is read, are not mentioned', () => {
    const objects = [
      of('apps/v1', 'Deployment', { spec: {} }),
      of('apps/v1', 'Deployment', {}),
      of('apps.openshift.io/v1', 'DeploymentConfig', { spec: { template: null } }),
      of('apps/v1', 'ControllerRevision', { data: null }),
      of('other.example/v1', 'Deployment', { spec: inTemplate }),
      of('v1', 'Secret', { type: 'Opaque', data: { release: 'eA==' } }),
      of('v1', 'ConfigMap', { data: { release: 'eA==' } }),
      of('v1', 'Service', { spec: { containers } }),
      {},
    ];

    expect(tell(objects)).toEqual({ references: [], holders: [], workloads: [], gaps: [] });
  });

  test('without a name or a namespace are told of all the same', () => {
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { generateName: 'web-' }, spec: { containers } };

    expect(tell([pod]).holders).toEqual(['Pod web-*, container app']);
  });

  test('have each a row in the table, once', () => {
    const rows = usageKinds.map(({ group, kind }) => `${group}/${kind}`);

    expect(new Set(rows).size).toBe(rows.length);
    expect(usageKinds.filter(({ group, mayBeAbsent }) => mayBeAbsent === (group === ''))).toEqual([]);
  });
});

describe('an image stream', () => {
  test('uses what it imports and what its history names', () => {
    const stream = of('image.openshift.io/v1', 'ImageStream', {
      spec: {
        tags: [
          { name: 'up', from: { kind: 'DockerImage', name: 'quay.example/up:1' } },
          { name: 'mine', from: { kind: 'ImageStreamTag', name: 'a:1' } },
          { name: 'none' },
        ],
      },
      status: {
        tags: [
          { tag: 'up', items: [{ dockerImageReference: `quay.example/up@sha256:${HEX}` }, { image: 'x' }] },
          { tag: 'empty', items: null },
        ],
      },
    });

    expect(tell([stream])).toMatchObject({
      references: ['quay.example/up:1', `quay.example/up@sha256:${HEX}`],
      holders: ['ImageStream shop/x, tag up'],
    });
  });
});

describe('what is not as it should be', () => {
  test.each([
    ['a number for an image', { containers: [{ name: 'a', image: 5 }] }, '{"image":5}'],
    ['a map for an image', { containers: [{ name: 'a', image: { x: 'r/web:1' } }] }, '{"image":{"x":"r/web:1"}}'],
    ['a text for the containers', { containers: 'r/web:1' }, '{"image":{"container":"r/web:1"}}'],
    ['a text for a container', { containers: ['r/web:1'] }, '{"image":{"container":"r/web:1"}}'],
    ['a text for a volume’s image', { volumes: [{ name: 'v', image: 'r/web:1' }] }, '{"image":{"image":"r/web:1"}}'],
    ['a text for the pod spec', 'r/web:1', '{"image":{"podSpec":"r/web:1"}}'],
  ])('is told as it stands: %s', (_, spec, reference) => {
    expect(tell([of('v1', 'Pod', { spec })]).references).toEqual([reference]);
    expect(() => parseReference(reference)).toThrow();
  });

  test('never makes a survey fail, and no name of an image is lost', () => {
    const anything = fc.jsonValue({ maxDepth: 3 });
    const odd = fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, anything);
    const image = fc.oneof(fc.constantFrom('web:1', 'r.example/a/b@sha256:0', ' ', ''), anything);
    const item = fc.oneof(fc.record({ name: odd, image }, { requiredKeys: ['image'] }), anything);
    const spec = fc.record(
      { containers: fc.oneof(fc.array(item), anything), initContainers: odd, volumes: odd },
      { requiredKeys: [] },
    );
    const kind = fc.constantFrom(...usageKinds);
    fc.assert(
      fc.property(kind, spec, odd, odd, (usage, podSpec, status, other) => {
        const fields = {
          spec: usage.kind === 'Pod' ? podSpec : { template: { spec: podSpec }, ...Object(other) },
          status,
          data: other,
        };
        const { references } = tell([
          { ...of(usage.group === '' ? 'v1' : `${usage.group}/v1`, usage.kind, fields), type: 'helm.sh/release.v1' },
        ]);
        if (usage.kind !== 'Pod') return;
        const list = podSpec.containers;
        for (const one of Array.isArray(list) ? list : []) {
          const named =
            typeof one === 'object' && one !== null && !Array.isArray(one)
              ? (one as { image?: unknown }).image
              : undefined;
          if (typeof named === 'string' && named.trim() !== '') expect(references).toContain(named);
          else if (named !== undefined && named !== null && typeof named !== 'string')
            expect(references).toContain(JSON.stringify({ image: named }));
        }
      }),
      { numRuns: 300 },
    );
  });
});
