{{/* Who may ask the API of the cluster what, and whether anybody does. */}}

{{/* "true" where settings name the cluster that the pod itself runs in. Call with the settings. */}}
{{- define "winnow.namesOwnCluster" -}}
{{- $found := dict -}}
{{- range .clusters | default list -}}
{{- if kindIs "string" . -}}
{{- if has . (list "kubernetes" "openshift") -}}{{- $_ := set $found "own" . -}}{{- end -}}
{{- else if and (has .kind (list "kubernetes" "openshift")) (not .kubeconfig) -}}
{{- $_ := set $found "own" .kind -}}
{{- end -}}
{{- end -}}
{{- if $found -}}true{{- end -}}
{{- end -}}

{{/* "true" where leases are objects of the cluster that the pod itself runs in. Call with the settings. */}}
{{- define "winnow.leasesInOwnCluster" -}}
{{- $lease := .lease | default dict -}}
{{- if and (eq (default "file" $lease.kind) "kubernetes") (not $lease.kubeconfig) -}}true{{- end -}}
{{- end -}}

{{/* "true" where a run switches or restarts a registry by itself. Call with the settings. */}}
{{- define "winnow.switchesRegistry" -}}
{{- $store := .store | default dict -}}
{{- $words := list (default "manual" $store.readOnlySwitch) (default "manual" $store.restartRegistry) -}}
{{- if and (not $store.kubeconfig) (without $words "manual") -}}true{{- end -}}
{{- end -}}

{{/* "true" where untagged manifests go from a storage, and the own cluster says which of them it uses. Call with the settings. */}}
{{- define "winnow.usesHoldUntagged" -}}
{{- $hardPrune := .hardPrune | default dict -}}
{{- if and $hardPrune.deleteUntagged (eq (include "winnow.namesOwnCluster" .) "true") -}}true{{- end -}}
{{- end -}}

{{/* "true" where a flow asks the API at all. Call with a flow and its settings. */}}
{{- define "winnow.asksApi" -}}
{{- $own := and (has .component (list "prune" "prune-images" "snapshot" "node-gc")) (eq (include "winnow.namesOwnCluster" .settings) "true") -}}
{{- $switches := and (eq .component "hard-prune") (eq (include "winnow.switchesRegistry" .settings) "true") -}}
{{- $holds := and (eq .component "hard-prune") (eq (include "winnow.usesHoldUntagged" .settings) "true") -}}
{{- if or $own $switches $holds (eq .component "node-fleet") (eq (include "winnow.leasesInOwnCluster" .settings) "true") -}}true{{- end -}}
{{- end -}}

{{/* The account of which a flow's rights are: the service's, where that runs it. */}}
{{- define "winnow.subject" -}}
- kind: ServiceAccount
  namespace: {{ .root.Release.Namespace }}
  {{- if and .root.Values.service.enabled (not (has .component (list "node-gc" "snapshot"))) }}
  name: {{ include "winnow.serviceAccount" (dict "root" .root "component" "service" "values" .root.Values.service) }}
  {{- else }}
  name: {{ include "winnow.serviceAccount" . }}
  {{- end }}
{{- end -}}

{{/* The account of a flow's own pods. It has no token but in pods that ask for one. */}}
{{- define "winnow.account" -}}
{{- $account := .values.serviceAccount | default dict -}}
{{- if not (eq $account.create false) }}
---
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ include "winnow.serviceAccount" . }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "winnow.labels" . | nindent 4 }}
  {{- with $account.annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
automountServiceAccountToken: false
{{- end }}
{{- end -}}

{{/* "true" where a flow may come to delete: confirmed, or by a plan that somebody approves in the service. */}}
{{- define "winnow.writes" -}}
{{- if .root.Values.service.enabled -}}
{{- if ne (include "winnow.mode" .) "plan" -}}true{{- end -}}
{{- else -}}
{{- include "winnow.confirms" . -}}
{{- end -}}
{{- end -}}

{{/* A role in the whole cluster, and what binds it. Call with `flow`, `rules` (YAML), and `suffix` where a flow has several. */}}
{{- define "winnow.clusterRoleAndBinding" -}}
{{- $name := printf "%s%s" (include "winnow.clusterRole" .flow) (default "" .suffix) }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: {{ $name }}
  labels:
    {{- include "winnow.labels" .flow | nindent 4 }}
rules:
  {{- .rules | nindent 2 }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: {{ $name }}
  labels:
    {{- include "winnow.labels" .flow | nindent 4 }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: {{ $name }}
subjects:
  {{- include "winnow.subject" .flow | nindent 2 }}
{{- end -}}

{{/* The same within one namespace: `namespace`, by default the release's. */}}
{{- define "winnow.roleAndBinding" -}}
{{- $name := printf "%s%s" (include "winnow.component" .flow) (default "" .suffix) }}
{{- $namespace := default .flow.root.Release.Namespace .namespace }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: {{ $name }}
  namespace: {{ $namespace }}
  labels:
    {{- include "winnow.labels" .flow | nindent 4 }}
rules:
  {{- .rules | nindent 2 }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: {{ $name }}
  namespace: {{ $namespace }}
  labels:
    {{- include "winnow.labels" .flow | nindent 4 }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: {{ $name }}
subjects:
  {{- include "winnow.subject" .flow | nindent 2 }}
{{- end -}}

{{/* Leases by which runs see each other, in the namespace that the settings name. */}}
{{- define "winnow.leaseRole" -}}
{{- if eq (include "winnow.leasesInOwnCluster" .settings) "true" -}}
{{- $rules := include "winnow.rules.leases" . -}}
{{- include "winnow.roleAndBinding" (dict "flow" . "suffix" "-leases" "namespace" .settings.lease.namespace "rules" $rules) -}}
{{- end -}}
{{- end -}}

{{- define "winnow.rules.leases" -}}
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  verbs: [get, create, update]
{{- end -}}
