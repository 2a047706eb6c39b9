{{/* A flow as a CronJob, with its settings: where the flow is switched on, and no service runs it. */}}
{{- define "winnow.cronJob" -}}
{{- $values := .values -}}
{{- $jobs := .root.Values.jobs -}}
{{- $said := dict -}}
{{- include "winnow.merge" (dict "into" $said "from" (deepCopy $jobs)) -}}
{{- range $key, $_ := $jobs -}}
{{- if not (kindIs "invalid" (index $values $key)) -}}{{- $_ := set $said $key (index $values $key) -}}{{- end -}}
{{- end -}}
{{ include "winnow.configMap" . }}
---
apiVersion: batch/v1
kind: CronJob
metadata:
  name: {{ include "winnow.component" . }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "winnow.labels" . | nindent 4 }}
spec:
  schedule: {{ default "0 0 * * *" $values.schedule | quote }}
  {{- with $values.timeZone }}
  timeZone: {{ . | quote }}
  {{- end }}
  suspend: {{ default false $values.suspend }}
  concurrencyPolicy: Forbid
  startingDeadlineSeconds: {{ $said.startingDeadlineSeconds | int }}
  successfulJobsHistoryLimit: {{ $said.successfulJobsHistoryLimit | int }}
  failedJobsHistoryLimit: {{ $said.failedJobsHistoryLimit | int }}
  jobTemplate:
    metadata:
      labels:
        {{- include "winnow.selector" . | nindent 8 }}
    spec:
      backoffLimit: {{ $said.backoffLimit | int }}
      activeDeadlineSeconds: {{ $said.activeDeadlineSeconds | int }}
      ttlSecondsAfterFinished: {{ $said.ttlSecondsAfterFinished | int }}
      {{- with .podFailurePolicy }}
      podFailurePolicy:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      template:
        metadata:
          {{- include "winnow.podMetadata" . | nindent 10 }}
        spec:
          {{- include "winnow.podSpec" . | nindent 10 }}
{{- end -}}

{{/* "true" where a flow deletes what it has planned: by its own word, else by the chart's. */}}
{{- define "winnow.confirms" -}}
{{- $own := .values.confirm -}}
{{- if kindIs "invalid" $own -}}
{{- if .root.Values.confirm -}}true{{- end -}}
{{- else if $own -}}true{{- end -}}
{{- end -}}

{{/* Arguments of a flow's own pod, as a YAML list. */}}
{{- define "winnow.args" -}}
{{- $own := include "winnow.ownArguments" . | fromYamlArray -}}
{{- $args := concat .command (list "--config=/etc/winnow/winnow.yaml") $own (.values.arguments | default list) -}}
{{- if and (not (eq .component "snapshot")) (eq (include "winnow.confirms" .) "true") -}}
{{- $args = append $args "--confirm" -}}
{{- end -}}
{{- toYaml $args -}}
{{- end -}}

{{/* Arguments by which a flow is told what no setting can tell, as a YAML list. */}}
{{- define "winnow.ownArguments" -}}
{{- if and (eq .component "prune-images") .values.imagePruner -}}
- --image-pruner=cluster
{{- else -}}
[]
{{- end -}}
{{- end -}}
