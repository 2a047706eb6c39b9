{{/* The service: what it runs by which schedule, and what it is told of that. */}}

{{/* The flows that the service can run, as YAML: what the service calls each, and its part of the values. */}}
{{- define "winnow.scheduledFlows" -}}
reconcile: {flow: reconcile, values: {{ toJson .Values.registryReconcile }}}
prune: {flow: prune, values: {{ toJson .Values.prune }}}
prune-images: {flow: prune-images, values: {{ toJson .Values.pruneImages }}}
hard-prune: {flow: hard-prune, values: {{ toJson .Values.hardPrune }}}
node-fleet: {flow: node-fleet, values: {{ toJson .Values.nodeGc.fleet }}}
{{- end -}}

{{/* plan, approve or auto: what the values say, else by `confirm`. */}}
{{- define "winnow.mode" -}}
{{- $byConfirm := ternary "auto" "plan" (eq (include "winnow.confirms" .) "true") -}}
{{- default $byConfirm .values.mode -}}
{{- end -}}

{{/* One schedule, as settings have it. Call with a flow, and `flow`. */}}
{{- define "winnow.schedule" -}}
{{- $values := .values -}}
name: {{ .component }}
flow: {{ .flow }}
cron: {{ $values.schedule | quote }}
mode: {{ include "winnow.mode" . }}
suspend: {{ default false $values.suspend }}
config: /etc/winnow/{{ .component }}.yaml
deadline: {{ default .root.Values.jobs.activeDeadlineSeconds $values.activeDeadlineSeconds | int }}s
{{- with $values.timeZone }}
timeZone: {{ . | quote }}
{{- end }}
{{- with $values.jitter }}
jitter: {{ . | quote }}
{{- end }}
{{- if not (kindIs "invalid" $values.catchUp) }}
catchUp: {{ $values.catchUp }}
{{- end }}
{{- with concat (include "winnow.ownArguments" . | fromYamlArray) ($values.arguments | default list) }}
arguments:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* YAML of the service's own settings. */}}
{{- define "winnow.serviceSettings" -}}
{{- $root := .root -}}
{{- $service := $root.Values.service -}}
{{- $serve := dict "listen" "0.0.0.0:8080" "basePath" $service.basePath "name" (include "winnow.fullname" $root) -}}
{{- $settings := dict "stateDir" "/var/lib/winnow" "serve" $serve -}}
{{- include "winnow.merge" (dict "into" $settings "from" (deepCopy $root.Values.settings)) -}}
{{- include "winnow.merge" (dict "into" $settings "from" (deepCopy ($service.settings | default dict))) -}}
{{- include "winnow.clusterName" (dict "root" $root "settings" $settings) -}}
{{- $found := dict "schedules" list -}}
{{- range $component, $entry := include "winnow.scheduledFlows" $root | fromYaml -}}
{{- $values := $entry.values -}}
{{- if $values.enabled -}}
{{- $flow := dict "root" $root "component" $component "values" $values "flow" $entry.flow -}}
{{- $_ := set $found "schedules" (append $found.schedules (include "winnow.schedule" $flow | fromYaml)) -}}
{{- end -}}
{{- end -}}
{{- $_ := set $settings.serve "schedules" (concat $found.schedules ($settings.serve.schedules | default list)) -}}
{{- toYaml $settings -}}
{{- end -}}

{{/* All settings files of the service, as YAML of NAME: TEXT. */}}
{{- define "winnow.serviceFiles" -}}
{{- $root := .root -}}
winnow.yaml: |
  {{- include "winnow.serviceSettings" . | nindent 2 }}
{{- range $component, $entry := include "winnow.scheduledFlows" $root | fromYaml }}
{{- $values := $entry.values }}
{{- if $values.enabled }}
{{ $component }}.yaml: |
  {{- include "winnow.settings" (dict "root" $root "component" $component "values" $values) | nindent 2 }}
{{- end }}
{{- end }}
{{- end -}}

{{/* "true" where the service, or one of the flows that it runs, asks the API of the cluster. */}}
{{- define "winnow.serviceAsksApi" -}}
{{- $root := .root -}}
{{- $found := dict -}}
{{- if or (eq (include "winnow.leasesInOwnCluster" .settings) "true") (include "winnow.eventNamespaces" . | fromYaml) -}}
{{- $_ := set $found "service" true -}}
{{- end -}}
{{- range $component, $entry := include "winnow.scheduledFlows" $root | fromYaml -}}
{{- $values := $entry.values -}}
{{- if $values.enabled -}}
{{- $flow := dict "root" $root "component" $component "values" $values -}}
{{- $_ := set $flow "settings" (include "winnow.settings" $flow | fromYaml) -}}
{{- if eq (include "winnow.asksApi" $flow) "true" -}}{{- $_ := set $found $component true -}}{{- end -}}
{{- end -}}
{{- end -}}
{{- if $found -}}true{{- end -}}
{{- end -}}

{{/* Namespaces of the cluster that the pod itself runs in where notices become Events, as YAML of NAME: true. */}}
{{- define "winnow.eventNamespaces" -}}
{{- $root := .root -}}
{{- $found := dict -}}
{{- range .settings.serve.notices | default list -}}
{{- if and (eq .to "kubernetes-event") (not .kubeconfig) -}}
{{- $_ := set $found (default $root.Release.Namespace .namespace) true -}}
{{- end -}}
{{- end -}}
{{- toYaml $found -}}
{{- end -}}

{{/* The service's values, with what the pods of the flows that it runs would have mounted and set. */}}
{{- define "winnow.serviceValues" -}}
{{- $root := . -}}
{{- $service := deepCopy .Values.service -}}
{{- range $component, $entry := include "winnow.scheduledFlows" . | fromYaml -}}
{{- $values := $entry.values -}}
{{- if $values.enabled -}}
{{- range list "secrets" "extraEnv" "extraEnvFrom" "extraVolumes" "extraVolumeMounts" -}}
{{- $_ := set $service . (uniq (concat (index $service . | default list) (index $values . | default list))) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toYaml $service -}}
{{- end -}}

{{/* What does not go together, told before anything is installed. Call with `root` and `settings`. */}}
{{- define "winnow.checkReplicas" -}}
{{- $values := .root.Values -}}
{{- if gt ($values.service.replicas | int) 1 -}}
{{- if ne (default "embedded" (.settings.serve.history | default dict).kind) "postgres" -}}
{{- fail "service.replicas: more than one replica needs settings.serve.history.kind: postgres" -}}
{{- end -}}
{{- if eq (default "file" (.settings.lease | default dict).kind) "file" -}}
{{- fail "service.replicas: more than one replica needs settings.lease.kind: kubernetes or postgres" -}}
{{- end -}}
{{- if and $values.state.persistence (not $values.state.existingClaim) (not (has "ReadWriteMany" $values.state.accessModes)) -}}
{{- fail "service.replicas: more than one replica needs state.accessModes: [ReadWriteMany], so that each can undo what another did" -}}
{{- end -}}
{{- end -}}
{{- end -}}
