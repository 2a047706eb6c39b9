{{/* Names and labels. */}}

{{- define "winnow.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* What selects all pods of a release; with a component, those of one. */}}
{{- define "winnow.selector" -}}
app.kubernetes.io/name: {{ default .root.Chart.Name .root.Values.nameOverride | trunc 63 }}
app.kubernetes.io/instance: {{ .root.Release.Name | quote }}
{{- with .component }}
app.kubernetes.io/component: {{ . }}
{{- end }}
{{- end -}}

{{/* Labels of an object. Call with (dict "root" $ "component" NAME). */}}
{{- define "winnow.labels" -}}
{{ include "winnow.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
{{- with .root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Name of what belongs to one flow or to the service. */}}
{{- define "winnow.component" -}}
{{ include "winnow.fullname" .root }}-{{ .component }}
{{- end -}}

{{/* Cluster roles are known in all namespaces: two releases must not share one. */}}
{{- define "winnow.clusterRole" -}}
{{ .root.Release.Namespace }}-{{ include "winnow.component" . }}
{{- end -}}

{{- define "winnow.serviceAccount" -}}
{{- $own := (.values.serviceAccount | default dict).name -}}
{{- default (include "winnow.component" .) $own -}}
{{- end -}}

{{- define "winnow.image" -}}
{{- $image := .Values.image -}}
{{- $repository := required "image.repository: name the place of your image of Winnow, like registry.example:5000/tools/winnow" $image.repository -}}
{{- if $image.digest -}}
{{- printf "%s@%s" $repository $image.digest -}}
{{- else -}}
{{- printf "%s:%s" $repository (default .Chart.AppVersion $image.tag) -}}
{{- end -}}
{{- end -}}
