{{/*
Settings of flows: what the chart knows itself, under `settings` of all flows, under those of one flow, under the words of its values.
*/}}

{{/* Merges .from into .into, in place: maps are merged, all else is replaced, as Winnow itself puts layers together. */}}
{{- define "winnow.merge" -}}
{{- $into := .into -}}
{{- range $key, $value := .from -}}
{{- if and (kindIs "map" $value) (kindIs "map" (get $into $key)) -}}
{{- include "winnow.merge" (dict "into" (get $into $key) "from" $value) -}}
{{- else -}}
{{- $_ := set $into $key $value -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* YAML of the settings file of a flow. Call with a flow of "winnow.flow". */}}
{{- define "winnow.settings" -}}
{{- $settings := dict "stateDir" "/var/lib/winnow" -}}
{{- include "winnow.merge" (dict "into" $settings "from" (deepCopy .root.Values.settings)) -}}
{{- $_ := unset $settings "serve" -}}
{{- if has .component (list "node-gc" "node-fleet") -}}
{{- include "winnow.ofNodes" (dict "settings" $settings "component" .component) -}}
{{- include "winnow.merge" (dict "into" $settings "from" (deepCopy (.root.Values.nodeGc.settings | default dict))) -}}
{{- end -}}
{{- include "winnow.merge" (dict "into" $settings "from" (deepCopy (.values.settings | default dict))) -}}
{{- include "winnow.clusterName" (dict "root" .root "settings" $settings) -}}
{{- if and (has .component (list "prune" "snapshot")) (not (hasKey $settings "clusters")) -}}
{{- $_ := set $settings "clusters" (list (dict "kind" "kubernetes")) -}}
{{- else if and (eq .component "prune-images") (not (hasKey $settings "clusters")) -}}
{{- $_ := set $settings "clusters" (list (dict "kind" "openshift")) -}}
{{- end -}}
{{- if eq .component "prune-images" -}}
{{- include "winnow.imagePruner" (dict "settings" $settings "values" .values) -}}
{{- else if eq .component "hard-prune" -}}
{{- include "winnow.storeAddress" (dict "settings" $settings "values" .values) -}}
{{- else if eq .component "node-gc" -}}
{{- include "winnow.merge" (dict "into" $settings "from" (dict "nodeGc" (dict "runtime" .values.runtime))) -}}
{{- else if eq .component "node-fleet" -}}
{{- $known := dict "lease" (dict "kind" "kubernetes") "nodeGc" (dict "runtime" .root.Values.nodeGc.runtime "fleet" (include "winnow.fleet" .root | fromYaml)) -}}
{{- include "winnow.merge" (dict "into" $known "from" $settings) -}}
{{- include "winnow.merge" (dict "into" $settings "from" $known) -}}
{{- end -}}
{{- toYaml $settings -}}
{{- end -}}

{{/*
On every node no account should see what one run needs to: clusters and records are only what `nodeGc.settings` says, and leases as
well, but for the one run that goes through all nodes.
*/}}
{{- define "winnow.ofNodes" -}}
{{- $settings := .settings -}}
{{- range list "clusters" "records" (ternary "lease" "" (eq .component "node-gc")) -}}
{{- $_ := unset $settings . -}}
{{- end -}}
{{- end -}}

{{/* How `--all-nodes` has its Jobs made: as the pods of the DaemonSet are. Call with the chart's own context. */}}
{{- define "winnow.fleet" -}}
{{- $values := .Values.nodeGc -}}
image: {{ include "winnow.image" . }}
namespace: {{ .Release.Namespace }}
serviceAccount: {{ include "winnow.serviceAccount" (dict "root" . "component" "node-gc" "values" $values) }}
stateDir: {{ $values.stateFolder }}
imagesPath: {{ $values.imagesFolder }}
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- range . }}
  - {{ .name }}
  {{- end }}
{{- end }}
{{- end -}}

{{/* The cluster's name, by the value that OpsChain's chart has for it. */}}
{{- define "winnow.clusterName" -}}
{{- $name := .root.Values.db.cnpg.clusterName -}}
{{- if $name -}}
{{- if not (eq (default $name .settings.cluster) $name) -}}
{{- fail (printf "db.cnpg.clusterName is %s, settings.cluster is %s: give one of them" $name .settings.cluster) -}}
{{- end -}}
{{- $_ := set .settings "cluster" $name -}}
{{- end -}}
{{- end -}}

{{/* What an ImagePruner says about images goes before settings.pruneImages; when it runs, and where, is the job's. */}}
{{- define "winnow.imagePruner" -}}
{{- $said := dict -}}
{{- range list "keepTagRevisions" "keepYoungerThan" "keepYoungerThanDuration" "ignoreInvalidImageReferences" "logLevel" -}}
{{- if not (kindIs "invalid" (index $.values .)) -}}
{{- $_ := set $said . (index $.values .) -}}
{{- end -}}
{{- end -}}
{{- if $said -}}
{{- include "winnow.merge" (dict "into" .settings "from" (dict "pruneImages" $said)) -}}
{{- end -}}
{{- end -}}

{{- define "winnow.storeAddress" -}}
{{- $volume := .values.volume -}}
{{- if and (or $volume.existingClaim $volume.hostPath) (not (.settings.store | default dict).address) -}}
{{- $address := printf "%s:%s" $volume.kind $volume.mountPath -}}
{{- include "winnow.merge" (dict "into" .settings "from" (dict "store" (dict "address" $address))) -}}
{{- end -}}
{{- end -}}
