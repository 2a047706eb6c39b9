{{/* What a pod needs of its node: the runtime's socket, the disk of images to be measured, a folder that outlives the pod. */}}
{{- define "winnow.onNode" -}}
{{- $socket := regexReplaceAll "^[a-z]+://|[?].*$" .runtime "" -}}
{{- $folder := regexReplaceAll "/[^/]+$" $socket "" -}}
# The socket is root's. Where the runtime gives it to a group, another user with that group will do.
podSecurityContext:
  runAsNonRoot: false
  runAsUser: 0
  runAsGroup: 0
env:
  - name: NODE_NAME
    valueFrom:
      fieldRef:
        fieldPath: spec.nodeName
state:
  hostPath:
    path: {{ .stateFolder }}
    type: DirectoryOrCreate
mounts:
  - name: socket
    mountPath: {{ $folder }}
    readOnly: true
  - name: images
    mountPath: {{ .imagesFolder }}
    readOnly: true
volumes:
  # The folder, not the file: the file goes stale when the runtime is restarted.
  - name: socket
    hostPath:
      path: {{ $folder }}
      type: Directory
  - name: images
    hostPath:
      path: {{ .imagesFolder }}
      type: Directory
{{- end -}}
