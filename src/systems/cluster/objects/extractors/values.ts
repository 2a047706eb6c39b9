import { fieldsOf, isAbsent, type UseSink } from '../image-use.ts';

/*
 * How Helm charts write images in their values, at any depth:
 *
 *   image: registry.example/shop/web:v1
 *   image: {registry: registry.example, repository: shop/web, tag: v1, digest: sha256:…}
 *   image: {repository: shop/web}      the tag is the chart's own: it can't be told, so all of the repository may be meant
 */

/** Tells the images in values. */
export function readValues(values: unknown, say: UseSink, where = 'values'): void {
  if (Array.isArray(values)) {
    for (const [index, item] of (values as readonly unknown[]).entries()) readValues(item, say, `${where}[${index}]`);
    return;
  }
  const fields = fieldsOf(values);
  if (fields === undefined) return;
  readImageMap(fields, say, where);
  for (const [name, value] of Object.entries(fields)) {
    if (isImageName(name) && typeof value === 'string') say.image(value, `${where}.${name}`);
    else readValues(value, say, `${where}.${name}`);
  }
}

/** `image`, `initImage`, `sidecarImage`. */
function isImageName(name: string): boolean {
  return /^image$|[a-z]Image$/.test(name);
}

function readImageMap(fields: Readonly<Record<string, unknown>>, say: UseSink, where: string): void {
  const { registry, repository, tag, digest } = fields;
  if (typeof repository !== 'string' || repository.trim() === '') return;
  // Repositories of charts are addresses, and no images.
  if (/^(https?|git|ssh|oci):\/\//.test(repository)) return;
  const name =
    typeof registry === 'string' && registry !== '' ? `${registry.replace(/\/$/, '')}/${repository}` : repository;
  const tagged = textOf(tag);
  const pinned = textOf(digest);
  // A tag can have its digest behind it.
  if (tagged === '' && pinned === '') say.image({ repository: name, tag: 'of the chart' }, where);
  else
    say.image(`${name}${tagged === '' ? '' : `:${tagged}`}${pinned === '' ? '' : `@${withAlgorithm(pinned)}`}`, where);
}

function withAlgorithm(digest: string): string {
  return /^[0-9a-f]{64}$/.test(digest) ? `sha256:${digest}` : digest;
}

/** YAML takes `1.25` for a number, as Helm does. */
function textOf(value: unknown): string {
  if (isAbsent(value)) return '';
  return typeof value === 'string' ? value.trim() : typeof value === 'object' ? JSON.stringify(value) : String(value);
}
