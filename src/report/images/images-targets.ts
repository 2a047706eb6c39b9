import { formatResource, type Resource } from '../../evidence/resource.ts';

/** A target without the image API's own name, which is the same for all: `shop/web:latest[3]@sha256:…`. */
export function imagesTarget({ kind, scope, key }: Resource, apiName: string): string {
  const within = scope.startsWith(`${apiName}/`) ? scope.slice(apiName.length + 1) : '';
  switch (kind) {
    case 'stream-item':
      return `${within}:${key}`;
    case 'layer-link':
    case 'revision-link':
      return `${within}@${key}`;
    case 'blob':
    case 'image-object':
      return key;
    default:
      return formatResource({ kind, scope, key });
  }
}

/** The same in a sentence. */
export function withoutName(because: string, apiName: string): string {
  return because.replaceAll(`${apiName}/`, '');
}
