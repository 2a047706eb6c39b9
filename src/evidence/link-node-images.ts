import { parseReference, type Reference } from '../oci/reference.ts';
import { CodedError } from '../util/pure/coded-error.ts';
import type { Evidence } from './evidence.ts';
import type { ResourceId } from './resource.ts';
import { edgeKinds, type Sink } from './sink.ts';

/**
 * Joins what workloads call images with what a node's runtime calls them: runtimes write names in full (`docker.io/library/nginx:latest`),
 * people do not. A digest means the image wherever it came from; with a digest the tag beside it says nothing. Run once after all sources.
 *
 * @returns references that can't be read: they may mean any image.
 */
export function linkNodeImages(evidence: Evidence, sink: Sink): readonly string[] {
  const { resources } = evidence;
  const images = imagesByName(evidence);
  const unread: string[] = [];
  const size = resources.size;
  for (let id = 0; id < size; id += 1) {
    if (resources.kind(id) !== 'image-reference' || resources.scope(id) !== '') continue;
    const text = resources.key(id);
    const name = fullName(text);
    if (name === undefined) unread.push(text);
    else for (const image of images.get(name) ?? []) sink.refers(id, image, 'names');
  }
  return unread;
}

/** Images by the full names that references to them come to. */
function imagesByName({ resources, edges }: Evidence): ReadonlyMap<string, readonly ResourceId[]> {
  const found = new Map<string, ResourceId[]>();
  for (let n = 0; n < edges.length; n += 1) {
    const from = edges.from[n] as ResourceId;
    const to = edges.to[n] as ResourceId;
    if (edges.kinds[n] !== NAMES || resources.kind(to) !== 'node-image') continue;
    const name = fullName(resources.key(from));
    if (name === undefined) continue;
    const known = found.get(name);
    if (known === undefined) found.set(name, [to]);
    else known.push(to);
  }
  return found;
}

const NAMES = edgeKinds.indexOf('names');

/** `nginx` → `docker.io/library/nginx:latest`; anything with a digest → the digest alone. Undefined for what is no reference. */
function fullName(text: string): string | undefined {
  const bare = /^sha256:[0-9a-f]{64}$/.test(text.trim());
  if (bare) return text.trim();
  try {
    return inFull(parseReference(text));
  } catch (error) {
    if (error instanceof CodedError) return undefined;
    throw error;
  }
}

function inFull({ host = 'docker.io', repository, tag = 'latest', digest }: Reference): string {
  if (digest !== undefined) return digest;
  const own = host === 'docker.io' || host === 'index.docker.io';
  return own
    ? `docker.io/${repository.includes('/') ? repository : `library/${repository}`}:${tag}`
    : `${host}/${repository}:${tag}`;
}
