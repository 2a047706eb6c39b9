import { describe, expect, test } from 'vitest';
import { inShop, tell } from '../told.suite.ts';
import { compilePath } from './compiled-path.ts';
import { presets } from './presets.ts';

const HEX = 'ab'.repeat(32);
const template = { template: { spec: { containers: [{ name: 'app', image: 'web:1' }] } } };
const of = (apiVersion: string, kind: string, fields: object) => ({
  apiVersion,
  kind,
  metadata: inShop('x'),
  ...fields,
});

describe('ready-made extractors', () => {
  test.each([
    ['argoproj.io/v1alpha1', 'Rollout', { spec: template }, ['web:1']],
    ['argoproj.io/v1alpha1', 'Experiment', { spec: { templates: [template] } }, ['web:1']],
    [
      'argoproj.io/v1alpha1',
      'AnalysisTemplate',
      { spec: { metrics: [{ provider: { job: { spec: template } } }] } },
      ['web:1'],
    ],
    [
      ...(['argoproj.io/v1alpha1', 'Workflow'] as const),
      {
        spec: {
          templates: [
            { container: { image: 'c:1' }, initContainers: [{ image: 'i:1' }], sidecars: [{ image: 's:1' }] },
            { script: { image: 'script:1' } },
            { containerSet: { containers: [{ image: 'set:1' }] } },
          ],
        },
        status: { storedTemplates: { a: { container: { image: 'stored:1' } } } },
      },
      ['c:1', 'i:1', 's:1', 'script:1', 'set:1', 'stored:1'],
    ],
    [
      'argoproj.io/v1alpha1',
      'CronWorkflow',
      { spec: { workflowSpec: { templates: [{ container: { image: 'c:1' } }] } } },
      ['c:1'],
    ],
    ['argoproj.io/v1alpha1', 'Application', { status: { summary: { images: ['a:1', 'b:2'] } } }, ['a:1', 'b:2']],
    ['serving.knative.dev/v1', 'Service', { spec: template }, ['web:1']],
    [
      ...(['serving.knative.dev/v1', 'Revision'] as const),
      { spec: template.template.spec, status: { containerStatuses: [{ imageDigest: `r/web@sha256:${HEX}` }] } },
      [`r/web@sha256:${HEX}`, 'web:1'],
    ],
    [
      'tekton.dev/v1',
      'Task',
      { spec: { steps: [{ image: 's:1' }], sidecars: [{ image: 'c:1' }], stepTemplate: { image: 't:1' } } },
      ['c:1', 's:1', 't:1'],
    ],
    [
      ...(['tekton.dev/v1', 'TaskRun'] as const),
      {
        spec: {},
        status: {
          taskSpec: { steps: [{ image: 's:1' }] },
          steps: [{ imageID: `docker-pullable://r/s@sha256:${HEX}` }],
        },
      },
      [`r/s@sha256:${HEX}`, 's:1'],
    ],
    [
      'tekton.dev/v1beta1',
      'PipelineRun',
      { spec: { pipelineSpec: { tasks: [{ taskSpec: { steps: [{ image: 's:1' }] } }] } } },
      ['s:1'],
    ],
    [
      ...(['source.toolkit.fluxcd.io/v1beta2', 'OCIRepository'] as const),
      {
        spec: { url: 'oci://r.example/app', ref: { tag: 'v1' } },
        status: { artifact: { revision: `v1@sha256:${HEX}` } },
      },
      ['r.example/app:v1', `r.example/app@sha256:${HEX}`],
    ],
    [
      'source.toolkit.fluxcd.io/v1',
      'OCIRepository',
      { spec: { url: 'oci://r.example/app' } },
      ['r.example/app:latest'],
    ],
    [
      ...(['source.toolkit.fluxcd.io/v1', 'OCIRepository'] as const),
      { spec: { url: 'oci://r.example/app', ref: { semver: '>=1' } } },
      ['{"image":{"repository":"r.example/app","semver":">=1"}}'],
    ],
    [
      'kustomize.toolkit.fluxcd.io/v1',
      'Kustomization',
      { spec: { images: [{ name: 'web', newTag: 'v3' }] } },
      ['web:v3'],
    ],
    ['image.toolkit.fluxcd.io/v1beta2', 'ImagePolicy', { status: { latestImage: 'r/web:9' } }, ['r/web:9']],
  ])('find the images of %s %s', (apiVersion, kind, fields, references) => {
    expect(tell([of(apiVersion, kind, fields)])).toMatchObject({ references, gaps: [] });
  });

  test.each([
    [{ image: 'web:1' }, ['web:1']],
    [{ sidecarImage: 'side:1', images: [{ image: 'a:1' }] }, ['a:1', 'side:1']],
    [{ image: { repository: 'r/web', tag: 'v1' } }, ['r/web:v1']],
    [{ image: { registry: 'r.example', repository: 'web', tag: 1.25 } }, ['r.example/web:1.25']],
    [{ web: { image: { repository: 'r/web', tag: 'v1', digest: `sha256:${HEX}` } } }, [`r/web:v1@sha256:${HEX}`]],
    [{ image: { repository: 'r/web', tag: '', digest: HEX } }, [`r/web@sha256:${HEX}`]],
    // The chart's own tag is not told: all of the repository may be meant.
    [{ image: { repository: 'r/web', tag: '' } }, ['{"image":{"repository":"r/web","tag":"of the chart"}}']],
    [{ chart: { repository: 'https://charts.example' }, replicas: 3, imagePullPolicy: 'Always' }, []],
  ])('find the images in the values %j', (values, references) => {
    const release = of('helm.toolkit.fluxcd.io/v2', 'HelmRelease', { spec: { values } });

    expect(tell([release]).references).toEqual(references);
  });

  test('are for one kind each, and their paths can be read', () => {
    const kinds = presets.map(({ group, kind }) => `${group}/${kind}`);
    expect(new Set(kinds).size).toBe(kinds.length);
    for (const preset of presets)
      for (const path of [...(preset.images ?? []), ...(preset.podSpecs ?? []), ...(preset.values ?? [])])
        expect(() => compilePath(path, preset.kind)).not.toThrow();
  });
});

describe('extractors of the settings', () => {
  const robot = (apiVersion: string) =>
    of(apiVersion, 'Robot', { spec: { arms: [{ image: 'arm:1' }, { image: 'arm:2', off: true }] } });
  const extractor = { group: 'example.com', kind: 'Robot', resource: 'robots', images: ['$.spec.arms[*].image'] };

  test('hold in any version of a group, or in one alone', () => {
    expect(tell([robot('example.com/v1')], [extractor]).references).toEqual(['arm:1', 'arm:2']);
    expect(tell([robot('example.com/v1')], [{ ...extractor, group: 'example.com/v1' }]).references).toHaveLength(2);
    expect(tell([robot('example.com/v1')], [{ ...extractor, group: 'example.com/v2' }]).references).toEqual([]);
    expect(tell([robot('other.example/v1')], [extractor]).references).toEqual([]);
  });

  test('add to what is known of a kind already', () => {
    const annotated = {
      ...of('v1', 'Pod', { spec: template.template.spec }),
      metadata: { ...inShop('x'), annotations: { 'sidecar.example/image': 'side:1' } },
    };
    const more = {
      group: '',
      kind: 'Pod',
      resource: 'pods',
      images: ["$.metadata.annotations['sidecar.example/image']"],
    };

    expect(tell([annotated], [more]).references).toEqual(['side:1', 'web:1']);
  });

  test('may choose by filters', () => {
    const images = ['$.spec.arms[?@.off == true].image'];

    expect(tell([robot('example.com/v1')], [{ ...extractor, images }]).references).toEqual(['arm:2']);
  });

  test('read pod specs and values where they lie', () => {
    const object = of('example.com/v1', 'Robot', { spec: { body: template.template.spec, values: { image: 'v:1' } } });
    const more = { ...extractor, images: [], podSpecs: ['$.spec.body'], values: ['$.spec.values'] };

    expect(tell([object], [more]).references).toEqual(['v:1', 'web:1']);
  });

  test('with a path that is none are a mistake in the settings', () => {
    for (const path of ['spec.image', '$.spec[', '$..[?'])
      expect(() => tell([], [{ ...extractor, images: [path] }])).toThrow(
        expect.objectContaining({
          code: 'CLUSTER_SETTINGS_INVALID',
          message: expect.stringContaining('Robot of example.com'),
        }),
      );
  });

  test('find what lies deep', () => {
    let spec: unknown = { image: 'deep:1' };
    for (let n = 0; n < 300; n += 1) spec = { inner: spec };

    expect(
      tell([of('example.com/v1', 'Robot', { spec })], [{ ...extractor, images: ['$..image'] }]).references,
    ).toEqual(['deep:1']);
  });
});
