/**
 * Names of images, tags and who uses them, as links of an inventory have them, and the addresses of their pages:
 *
 * | what | key | page |
 * |---|---|---|
 * | an image | `registry.example:5000/team/app@sha256:…` | `/images/registry.example%3A5000/team/app@sha256:…` |
 * | a tag | `registry.example:5000/team/app:v1` | `/images/registry.example%3A5000?ref=team%2Fapp%3Av1` |
 *
 * Slashes of the repository stand as they are: what comes after the last `@` is the digest, and no repository's name has one.
 */
export type KeyParts =
  | { readonly kind: 'image'; readonly repository: string; readonly digest: string }
  | { readonly kind: 'tag'; readonly repository: string; readonly tag: string }
  | { readonly kind: 'workload' | 'record' | 'reference'; readonly name: string };

/** Reads a key. What is not of this registry is a `reference`, as somebody wrote it. */
export function readKey(target: string, key: string): KeyParts {
  if (key.startsWith('workload ')) return { kind: 'workload', name: key.slice('workload '.length) };
  if (key.startsWith('record ')) return { kind: 'record', name: key.slice('record '.length) };
  if (!key.startsWith(`${target}/`)) return { kind: 'reference', name: key };
  const reference = readReference(key.slice(target.length + 1));
  return reference ?? { kind: 'reference', name: key };
}

/** Reads `team/app:v1` or `team/app@sha256:…`; undefined for what is neither. */
export function readReference(text: string): Extract<KeyParts, { readonly kind: 'image' | 'tag' }> | undefined {
  const at = text.lastIndexOf('@');
  if (at > 0) return { kind: 'image', repository: text.slice(0, at), digest: text.slice(at + 1) };
  const colon = text.lastIndexOf(':');
  if (colon < 1 || text.indexOf('/', colon) >= 0) return undefined;
  return { kind: 'tag', repository: text.slice(0, colon), tag: text.slice(colon + 1) };
}

export function imageKey(target: string, repository: string, digest: string): string {
  return `${target}/${repository}@${digest}`;
}

/** Below the base path. */
export function imagePath(target: string, repository: string, digest: string): string {
  const path = repository.split('/').map(encodeURIComponent).join('/');
  return `/images/${encodeURIComponent(target)}/${path}@${encodeURIComponent(digest).replace('%3A', ':')}`;
}

/** Below the base path: leads on to the image that the tag points at. */
export function tagPath(target: string, repository: string, tag: string): string {
  return `/images/${encodeURIComponent(target)}?ref=${encodeURIComponent(`${repository}:${tag}`)}`;
}

/** Below the base path. */
export function storagePath(target: string, query: Readonly<Record<string, string | undefined>> = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined && value !== '') search.set(name, value);
  const text = search.toString();
  return `/storage/${encodeURIComponent(target)}${text === '' ? '' : `?${text}`}`;
}
