import type { ImageExtractor } from '../../contract.ts';

/** An extractor, and ways of naming images that only the ready-made ones know. */
export interface Preset extends ImageExtractor {
  /** JSONPaths of Flux's sources in a registry. */
  readonly ociSources?: readonly string[];
  /** JSONPaths of entries of `images` in a kustomization. */
  readonly kustomizeImages?: readonly string[];
}

const argo = { group: 'argoproj.io' };
/** In these, what is called `image` is one, wherever it stands: templates within templates, what a server stored of them. */
const anyImage = ['$.spec..image', '$.status..image'];
const analysis = ['$.spec.metrics[*].provider.job.spec.template.spec'];

/** Kinds of well-known products. They are asked for in every cluster: where they are absent, that costs nothing. */
export const presets: readonly Preset[] = [
  { ...argo, kind: 'Rollout', resource: 'rollouts', podSpecs: ['$.spec.template.spec'] },
  { ...argo, kind: 'Experiment', resource: 'experiments', podSpecs: ['$.spec.templates[*].template.spec'] },
  { ...argo, kind: 'AnalysisTemplate', resource: 'analysistemplates', podSpecs: analysis },
  { ...argo, kind: 'ClusterAnalysisTemplate', resource: 'clusteranalysistemplates', podSpecs: analysis },
  { ...argo, kind: 'AnalysisRun', resource: 'analysisruns', podSpecs: analysis },
  { ...argo, kind: 'Workflow', resource: 'workflows', images: anyImage },
  { ...argo, kind: 'WorkflowTemplate', resource: 'workflowtemplates', images: anyImage },
  { ...argo, kind: 'ClusterWorkflowTemplate', resource: 'clusterworkflowtemplates', images: anyImage },
  { ...argo, kind: 'CronWorkflow', resource: 'cronworkflows', images: anyImage },
  {
    ...{ ...argo, kind: 'Application', resource: 'applications', images: ['$.status.summary.images[*]'] },
    values: ['$.spec.source.helm.valuesObject', '$.spec.sources[*].helm.valuesObject'],
  },
  { group: 'serving.knative.dev', kind: 'Service', resource: 'services', podSpecs: ['$.spec.template.spec'] },
  {
    ...{ group: 'serving.knative.dev', kind: 'Configuration', resource: 'configurations' },
    podSpecs: ['$.spec.template.spec'],
  },
  {
    ...{ group: 'serving.knative.dev', kind: 'Revision', resource: 'revisions', podSpecs: ['$.spec'] },
    images: [
      '$.status.imageDigest',
      '$.status.containerStatuses[*].imageDigest',
      '$.status.initContainerStatuses[*].imageDigest',
    ],
  },
  { group: 'tekton.dev', kind: 'Task', resource: 'tasks', images: anyImage },
  { group: 'tekton.dev', kind: 'ClusterTask', resource: 'clustertasks', images: anyImage },
  { group: 'tekton.dev', kind: 'StepAction', resource: 'stepactions', images: anyImage },
  { group: 'tekton.dev', kind: 'TaskRun', resource: 'taskruns', images: [...anyImage, '$.status..imageID'] },
  { group: 'tekton.dev', kind: 'Pipeline', resource: 'pipelines', images: anyImage },
  { group: 'tekton.dev', kind: 'PipelineRun', resource: 'pipelineruns', images: [...anyImage, '$.status..imageID'] },
  { group: 'helm.toolkit.fluxcd.io', kind: 'HelmRelease', resource: 'helmreleases', values: ['$.spec.values'] },
  { group: 'source.toolkit.fluxcd.io', kind: 'OCIRepository', resource: 'ocirepositories', ociSources: ['$'] },
  {
    ...{ group: 'image.toolkit.fluxcd.io', kind: 'ImagePolicy', resource: 'imagepolicies' },
    images: ['$.status.latestImage'],
  },
  {
    ...{ group: 'kustomize.toolkit.fluxcd.io', kind: 'Kustomization', resource: 'kustomizations' },
    kustomizeImages: ['$.spec.images[*]'],
  },
];
