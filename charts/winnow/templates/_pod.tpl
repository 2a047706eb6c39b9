{{/*
What all pods have in common. A flow is a dict:

  root       the chart's own context
  component  reconcile, prune, …: in names and labels
  values     its part of the values
  args       arguments of winnow
  settings   its settings, parsed
  asksApi    "true" where it asks the API of the cluster, else ""
  state      a volume of its own for journals; absent: the release's claim
  volumes, mounts, env   lists, besides
  securityContext, podSecurityContext   dicts, merged over the usual ones
  restartPolicy, ports, probes, terminationGracePeriodSeconds   where they are not as usual
*/}}

{{- define "winnow.podMetadata" -}}
{{- $values := .values -}}
labels:
  {{- include "winnow.selector" . | nindent 2 }}
  {{- $labels := dict -}}
  {{- include "winnow.merge" (dict "into" $labels "from" (deepCopy .root.Values.podLabels)) -}}
  {{- include "winnow.merge" (dict "into" $labels "from" (deepCopy ($values.podLabels | default dict))) -}}
  {{- with $labels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- $annotations := dict -}}
{{- with .checksum }}
{{- $_ := set $annotations "checksum/settings" . -}}
{{- end -}}
{{- include "winnow.merge" (dict "into" $annotations "from" (deepCopy .root.Values.podAnnotations)) -}}
{{- include "winnow.merge" (dict "into" $annotations "from" (deepCopy ($values.podAnnotations | default dict))) -}}
{{- with $annotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "winnow.podSpec" -}}
{{- $chart := .root.Values -}}
{{- $values := .values -}}
serviceAccountName: {{ include "winnow.serviceAccount" . }}
automountServiceAccountToken: {{ eq .asksApi "true" }}
enableServiceLinks: false
{{- with .restartPolicy }}
restartPolicy: {{ . }}
{{- end }}
# A run that is stopped finishes what it has in hand.
terminationGracePeriodSeconds: {{ default 60 .terminationGracePeriodSeconds | int }}
{{- with $chart.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with default $chart.priorityClassName $values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with default $chart.nodeSelector $values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with default $chart.tolerations $values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- $affinity := deepCopy (default $chart.affinity $values.affinity) -}}
{{- include "winnow.merge" (dict "into" $affinity "from" (.affinity | default dict)) -}}
{{- with $affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.topologySpreadConstraints }}
topologySpreadConstraints:
  {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  {{- include "winnow.podSecurity" . | nindent 2 }}
containers:
  - name: winnow
    {{- include "winnow.container" . | nindent 4 }}
volumes:
  {{- include "winnow.volumes" . | nindent 2 }}
{{- end -}}

{{- define "winnow.container" -}}
{{- $chart := .root.Values -}}
{{- $values := .values -}}
image: {{ include "winnow.image" .root }}
imagePullPolicy: {{ $chart.image.pullPolicy }}
args:
  {{- range .args }}
  - {{ . | quote }}
  {{- end }}
{{- $env := concat (.env | default list) $chart.extraEnv ($values.extraEnv | default list) }}
{{- with $env }}
env:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with concat $chart.extraEnvFrom ($values.extraEnvFrom | default list) }}
envFrom:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .ports }}
ports:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .probes }}
{{ toYaml . }}
{{- end }}
resources:
  {{- toYaml (default $chart.resources $values.resources) | nindent 2 }}
terminationMessagePolicy: FallbackToLogsOnError
securityContext:
  {{- include "winnow.containerSecurity" . | nindent 2 }}
volumeMounts:
  - name: settings
    mountPath: /etc/winnow
    readOnly: true
  - name: state
    mountPath: /var/lib/winnow
  - name: temporary
    mountPath: /tmp
  {{- range concat $chart.secrets ($values.secrets | default list) }}
  - name: {{ printf "secret-%s" .name | replace "." "-" | trunc 63 }}
    mountPath: /run/secrets/winnow/{{ .name }}
    readOnly: true
  {{- end }}
  {{- with concat (.mounts | default list) $chart.extraVolumeMounts ($values.extraVolumeMounts | default list) }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}

{{- define "winnow.volumes" -}}
{{- $chart := .root.Values -}}
{{- $values := .values -}}
- name: settings
  configMap:
    name: {{ include "winnow.component" . }}
- name: state
  {{- if .state }}
  {{- toYaml .state | nindent 2 }}
  {{- else if $chart.state.persistence }}
  persistentVolumeClaim:
    claimName: {{ default (printf "%s-state" (include "winnow.fullname" .root)) $chart.state.existingClaim }}
  {{- else }}
  emptyDir: {}
  {{- end }}
- name: temporary
  emptyDir: {}
{{- range concat $chart.secrets ($values.secrets | default list) }}
- name: {{ printf "secret-%s" .name | replace "." "-" | trunc 63 }}
  secret:
    secretName: {{ .name }}
    # The group of the pod can read it, and nobody else.
    defaultMode: 0440
    {{- with .items }}
    items:
      {{- toYaml . | nindent 6 }}
    {{- end }}
    {{- with .optional }}
    optional: true
    {{- end }}
{{- end }}
{{- with concat (.volumes | default list) $chart.extraVolumes ($values.extraVolumes | default list) }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "winnow.podSecurity" -}}
{{- $context := dict "runAsNonRoot" true "runAsUser" 65532 "runAsGroup" 65532 "fsGroup" 65532 "fsGroupChangePolicy" "OnRootMismatch" "seccompProfile" (dict "type" "RuntimeDefault") -}}
{{- range list .root.Values.podSecurityContext .podSecurityContext .values.podSecurityContext -}}
{{- include "winnow.merge" (dict "into" $context "from" (deepCopy (. | default dict))) -}}
{{- end -}}
{{- include "winnow.withoutNulls" $context -}}
{{- end -}}

{{- define "winnow.containerSecurity" -}}
{{- $context := dict "privileged" false "allowPrivilegeEscalation" false "readOnlyRootFilesystem" true "capabilities" (dict "drop" (list "ALL")) -}}
{{- range list .root.Values.securityContext .values.securityContext -}}
{{- include "winnow.merge" (dict "into" $context "from" (deepCopy (. | default dict))) -}}
{{- end -}}
{{- include "winnow.withoutNulls" $context -}}
{{- end -}}

{{/* YAML of a map without what is null in it: so a usual value is taken away. */}}
{{- define "winnow.withoutNulls" -}}
{{- $map := . -}}
{{- range $key, $value := $map -}}
{{- if kindIs "invalid" $value -}}{{- $_ := unset $map $key -}}{{- end -}}
{{- end -}}
{{- toYaml $map -}}
{{- end -}}

{{/* The ConfigMap of a flow. */}}
{{- define "winnow.configMap" -}}
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ include "winnow.component" . }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "winnow.labels" . | nindent 4 }}
data:
  winnow.yaml: |
    {{- toYaml .settings | nindent 4 }}
{{- end -}}
