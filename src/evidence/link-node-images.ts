import { parseReference, type Reference } from '../oci/reference.ts';
import { CodedError } from '../util/pure/coded-error.ts';
import type { Evidence } from './evidence.ts';
import { covers } from './gap.ts';
import { formatResource, type ResourceId } from './resource.ts';
import { edgeKinds, type Sink } from './sink.ts';

/**
 * Joins what workloads call images with what a node's runtime calls them: runtimes write names in full (`docker.io/library/nginx:latest`),
 * people do not. A digest means the image wherever it came from; with a digest the tag beside it says nothing. Run once after all sources.
 *
 * What could not be seen of a registry's uses (a cluster that uses no other) is said again of each image that may be from there.
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
    const name = fullImageName(text);
    if (name === undefined) unread.push(text);
    else for (const image of images.get(name) ?? []) sink.refers(id, image, 'names');
  }
  repeatGaps(evidence, sink);
  return unread;
}

function repeatGaps(evidence: Evidence, sink: Sink): void {
  const { resources } = evidence;
  const gaps = evidence.gaps.filter(({ hides, scope }) => hides === 'holds' && scope !== '');
  if (gaps.length === 0) return;
  for (let id = 0; id < resources.size; id += 1) {
    if (resources.kind(id) !== 'node-image' || !evidence.exists(id)) continue;
    const names = (evidence.about(id).attributes?.['names'] ?? '').split(' ').filter((name) => name !== '');
    const gap = gaps.find(({ scope }) => mayBeFrom(scope, names));
    if (gap !== undefined) sink.gap({ ...gap, scope: formatResource(resources.at(id)) });
  }
}

/**
 * Whether an image with these names may be from this registry, or this part of one. Of one without any name, nothing tells.
 *
 * @param scope - as of a gap: `registry.example/team`; empty: from anywhere
 */
export function mayBeFrom(scope: string, names: readonly string[]): boolean {
  if (scope === '' || names.length === 0) return true;
  return names.some((name) => {
    const read = readReference(name);
    return read === undefined || covers(scope, repositoryIn(read));
  });
}

/** Images by the full names that references to them come to. */
function imagesByName({ resources, edges }: Evidence): ReadonlyMap<string, readonly ResourceId[]> {
  const found = new Map<string, ResourceId[]>();
  for (let n = 0; n < edges.length; n += 1) {
    const from = edges.from[n] as ResourceId;
    const to = edges.to[n] as ResourceId;
    if (edges.kinds[n] !== NAMES || resources.kind(to) !== 'node-image') continue;
    const name = fullImageName(resources.key(from));
    if (name === undefined) continue;
    const known = found.get(name);
    if (known === undefined) found.set(name, [to]);
    else known.push(to);
  }
  return found;
}

const NAMES = edgeKinds.indexOf('names');

/** `nginx` → `docker.io/library/nginx:latest`; anything with a digest → the digest alone. Undefined for what is no reference. */
export function fullImageName(text: string): string | undefined {
  const bare = /^sha256:[0-9a-f]{64}$/.test(text.trim());
  if (bare) return text.trim();
  const read = readReference(text);
  if (read === undefined) return undefined;
  return read.digest ?? `${repositoryIn(read)}:${read.tag ?? 'latest'}`;
}

function readReference(text: string): Reference | undefined {
  try {
    return parseReference(text);
  } catch (error) {
    if (error instanceof CodedError) return undefined;
    throw error;
  }
}

/** With its registry, as runtimes write it: `docker.io/library/nginx`. */
function repositoryIn({ host = 'docker.io', repository }: Reference): string {
  const own = host === 'docker.io' || host === 'index.docker.io';
  return own ? `docker.io/${repository.includes('/') ? repository : `library/${repository}`}` : `${host}/${repository}`;
}
