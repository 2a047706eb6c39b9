import { isDigest } from '../oci/digest.ts';
import { parseReference, type Reference } from '../oci/reference.ts';
import { CodedError } from '../util/pure/coded-error.ts';
import { adjacency } from './adjacency.ts';
import type { BadReference } from './bad-reference.ts';
import { firstClaims } from './claims.ts';
import type { Evidence } from './evidence.ts';
import { mightMean } from './might-mean.ts';
import { meaningsOf, meaningsOfPlace, type ReferenceRules } from './reference-rules.ts';
import { RegistryIndex } from './registry-index.ts';
import { formatResource, type ResourceId, repositoryIn } from './resource.ts';
import type { Sink } from './sink.ts';

export interface LinkReferencesRules extends ReferenceRules {
  /** The registry: its tags and manifests are looked for in scopes below this host. */
  readonly ownHost: string;
  /** Who uses one image of an index keeps all indexes that list it, at any depth, and their tags. */
  readonly keepIndexOfUsedChild: boolean;
}

/**
 * Joins names of images in use with what a registry has. Run once after all sources, before the graph is built.
 *
 * - A tag is looked for in the repositories that the name may mean ({@link meaningsOf}); none and no digest means `latest`.
 * - A digest is looked for in all repositories, whatever the name: a copy under another name is the same image. It keeps the tags that are
 *   on it as well: without one, nothing would tell what the image is. A bare one may also be that of an image's config.
 * - A name that can't be read protects all that it might mean.
 *
 * Gaps that were said of other names of this registry are said again of it.
 *
 * @returns the names in use that can't be read, in order of their text.
 */
export function linkReferences(evidence: Evidence, sink: Sink, rules: LinkReferencesRules): readonly BadReference[] {
  const { resources } = evidence;
  const users = adjacency(resources.size, evidence.edges, ['uses'], 'backward');
  const index = new RegistryIndex(evidence, rules);
  const meaningOf = meaningsOf(rules.ownHost, rules);
  // Names of image streams have no host, and are not those of any default registry.
  const meaningOfStream = meaningsOf(rules.ownHost, { ...rules, defaultRegistries: [] });
  const claims = firstClaims(evidence.holds);
  const bad: BadReference[] = [];
  const links: (readonly [ResourceId, ResourceId])[] = [];
  for (let id = 0; id < resources.size; id += 1) {
    if (resources.kind(id) !== 'image-reference' || users(id).length === 0) continue;
    const key = resources.key(id);
    const read = readName(key);
    if (!('why' in read)) {
      const meanings = resources.scope(id) === '' ? meaningOf : meaningOfStream;
      for (const one of namedBy(read, index, meanings)) links.push([id, one]);
      continue;
    }
    const meant = rules.bad === 'ignore' ? [] : [...index.mightBeMeant(mightMean(key))];
    for (const one of meant) links.push([id, one]);
    const by = [...users(id)].map((one) => claims.get(one) ?? formatResource(resources.at(one)));
    const keeps = [...new Set(meant.map((one) => repositoryIn(resources.scope(one))))].sort();
    bad.push({ reference: key, by, why: read.why, keeps });
  }
  for (const [reference, named] of links) sink.refers(reference, named, 'names');
  repeatGaps(evidence, sink, rules);
  return bad.sort((a, b) => (a.reference < b.reference ? -1 : 1));
}

/** A name as it is understood, or why it is not. */
export type ReadName = Partial<Reference> | { readonly why: string };

/** Reads a name of an image: `host/name:tag@digest`, or a digest alone. */
export function readName(text: string): ReadName {
  const trimmed = text.trim();
  if (isDigest(trimmed)) return { digest: trimmed };
  try {
    return parseReference(trimmed);
  } catch (error) {
    if (!(error instanceof CodedError) || error.code !== 'REFERENCE_INVALID') throw error;
    return { why: error.message.slice(error.message.lastIndexOf('": ') + 3) };
  }
}

function* namedBy(
  { repository, host, tag, digest }: Partial<Reference>,
  index: RegistryIndex,
  meaningOf: ReturnType<typeof meaningsOf>,
): Generator<ResourceId> {
  if (digest !== undefined) yield* index.byDigest(digest);
  if (repository === undefined || (digest !== undefined && tag === undefined)) return;
  const meaning = meaningOf({ repository, ...(host !== undefined && { host }) });
  for (const scope of index.scopesOf(meaning)) {
    const found = index.tag(scope, tag ?? 'latest');
    if (found !== undefined) yield found;
  }
}

/** What could not be seen of uses is said of the names by which clusters know the registry, and goes for its own name as well. */
function repeatGaps({ gaps }: Evidence, sink: Sink, rules: LinkReferencesRules): void {
  for (const gap of [...gaps]) {
    if (gap.hides !== 'holds' || gap.scope === '') continue;
    for (const scope of meaningsOfPlace(gap.scope, rules.ownHost, rules.aliases))
      if (scope !== gap.scope) sink.gap({ ...gap, scope });
  }
}
