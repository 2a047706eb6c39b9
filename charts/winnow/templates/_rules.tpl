{{/* Rights to list what names images, and nothing else: what docs/rbac/prune.yaml has. */}}
{{- define "winnow.rules.listUses" -}}
# Pods and what makes them. Secrets: of Helm releases, which is all that is asked for; a rule can not say so.
- apiGroups: ['']
  resources: [pods, replicationcontrollers, podtemplates, secrets, configmaps]
  verbs: [list]
- apiGroups: ['apps']
  resources: [replicasets, deployments, statefulsets, daemonsets, controllerrevisions]
  verbs: [list]
- apiGroups: ['batch']
  resources: [jobs, cronjobs]
  verbs: [list]
# OpenShift. Rules about what a cluster does not have do no harm.
- apiGroups: ['apps.openshift.io']
  resources: [deploymentconfigs]
  verbs: [list]
- apiGroups: ['build.openshift.io']
  resources: [buildconfigs, builds]
  verbs: [list]
- apiGroups: ['image.openshift.io']
  resources: [imagestreams]
  verbs: [list]
# Well-known products. What references.customResources of the settings names needs a rule, too.
- apiGroups: ['argoproj.io']
  resources:
    - rollouts
    - experiments
    - analysistemplates
    - clusteranalysistemplates
    - analysisruns
    - workflows
    - workflowtemplates
    - clusterworkflowtemplates
    - cronworkflows
    - applications
  verbs: [list]
- apiGroups: ['serving.knative.dev']
  resources: [services, configurations, revisions]
  verbs: [list]
- apiGroups: ['tekton.dev']
  resources: [tasks, clustertasks, stepactions, taskruns, pipelines, pipelineruns]
  verbs: [list]
- apiGroups: ['helm.toolkit.fluxcd.io']
  resources: [helmreleases]
  verbs: [list]
- apiGroups: ['source.toolkit.fluxcd.io']
  resources: [ocirepositories]
  verbs: [list]
- apiGroups: ['image.toolkit.fluxcd.io']
  resources: [imagepolicies]
  verbs: [list]
- apiGroups: ['kustomize.toolkit.fluxcd.io']
  resources: [kustomizations]
  verbs: [list]
{{- end -}}
