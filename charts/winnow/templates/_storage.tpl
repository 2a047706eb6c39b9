{{/*
The registry's volume in a pod, and that pod beside the registry's, as YAML of `volumes`, `mounts` and `affinity`.
A dry run can not write to it. Call with (dict "hardPrune" VALUES "writes" "true" or "").
*/}}
{{- define "winnow.registryStorage" -}}
{{- $values := .hardPrune -}}
{{- $volume := $values.volume -}}
{{- if or $volume.existingClaim $volume.hostPath -}}
mounts:
  - name: registry
    mountPath: {{ $volume.mountPath }}
    {{- with $volume.subPath }}
    subPath: {{ . | quote }}
    {{- end }}
    readOnly: {{ ne .writes "true" }}
volumes:
  - name: registry
    {{- if $volume.existingClaim }}
    persistentVolumeClaim:
      claimName: {{ $volume.existingClaim }}
    {{- else }}
    hostPath:
      path: {{ $volume.hostPath }}
      type: Directory
    {{- end }}
{{- end }}
{{- if $values.registryPods }}
affinity:
  podAffinity:
    requiredDuringSchedulingIgnoredDuringExecution:
      - topologyKey: kubernetes.io/hostname
        labelSelector:
          matchLabels:
            {{- toYaml $values.registryPods | nindent 12 }}
{{- end }}
{{- end -}}
