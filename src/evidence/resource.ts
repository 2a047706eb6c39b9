/**
 * The kinds of things that exist somewhere and can be kept or deleted. The words are the owners' own:
 * OCI (`tag manifest blob`), Distribution's storage (`revision-link layer-link upload`), CRI (`container sandbox node-image`),
 * containerd (`content snapshot lease`), OpenShift (`stream-item image-object`), and a record of a record database.
 *
 * The order is part of the in-memory layout and of nothing else.
 */
export const resourceKinds = [
  'record',
  'tag',
  'manifest',
  'blob',
  'revision-link',
  'layer-link',
  'tag-history-link',
  'upload',
  'temporary-file',
  'repository',
  'workload',
  'image-reference',
  'stream-item',
  'image-object',
  'container',
  'sandbox',
  'node-image',
  'content',
  'snapshot',
  'lease',
] as const;

export type ResourceKind = (typeof resourceKinds)[number];

/**
 * Names one thing: what it is, where it lives, and its name there.
 *
 * | kind | scope | key |
 * |---|---|---|
 * | `tag` | `registry.example:5000/team/app` | `v1` |
 * | `manifest` | `registry.example:5000/team/app` | `sha256:…` |
 * | `blob` | `registry.example:5000` | `sha256:…` |
 * | `layer-link`, `revision-link` | `distribution-fs:/var/lib/registry/team/app` | `sha256:…` |
 * | `tag-history-link` | the same | `v1@sha256:…` |
 * | `upload` | the same | the upload's uuid |
 * | `temporary-file` | `distribution-fs:/var/lib/registry` | its path below the store's root |
 * | `repository` | the same | `team/app` |
 * | `record` | the record source's name | the record's id |
 * | `workload` | `<cluster>/<namespace>` (`<cluster>` alone for what has none) | `Pod/web-1` |
 * | `image-reference` | empty: as a container runtime reads it | as it was written: `registry.example/team/app:v1` |
 * | `image-reference` | `openshift`: the name of an image stream's tag or image | `shop/web:latest`, `shop/web@sha256:…` |
 * | `image-object` | the image API's name: `openshift:api.example:6443` | `sha256:…` |
 * | `stream-item` | `<image API>/<namespace>/<stream>` | `latest[3]@sha256:…`, 0 being the newest of its tag |
 * | `repository`, `layer-link`, `revision-link`, `blob` of an image API | as above, the image API being the registry | |
 */
export interface Resource {
  readonly kind: ResourceKind;
  readonly scope: string;
  readonly key: string;
}

/** A resource's number within one body of evidence: 0, 1, 2 … in order of first mention. */
export type ResourceId = number & { readonly __resourceId?: never };

/** As a person would write it: `host/repo:tag`, `host/repo@sha256:…`, `record orders/4711`. */
export function formatResource(resource: Resource): string {
  const { kind, scope, key } = resource;
  switch (kind) {
    case 'tag':
      return `${scope}:${key}`;
    case 'manifest':
      return `${scope}@${key}`;
    case 'blob':
      return `${scope}/blobs/${key}`;
    case 'image-reference':
      return scope === '' ? key : `imagestream ${key}`;
    case 'stream-item':
      return `${scope}:${key}`;
    default:
      return `${kind} ${scope === '' ? '' : `${scope}/`}${key}`;
  }
}

/** The repository in a scope, without the host: `registry.example:5000/team/app` → `team/app`. */
export function repositoryIn(scope: string): string {
  return scope.slice(scope.indexOf('/') + 1);
}
