import { type Adjacency, adjacency } from './adjacency.ts';
import type { Evidence } from './evidence.ts';
import type { MightMean } from './might-mean.ts';
import type { Meaning } from './reference-rules.ts';
import { type ResourceId, repositoryIn } from './resource.ts';

/** Finds what a registry has by the names that others use. Made once all is surveyed. */
export class RegistryIndex {
  readonly #evidence: Evidence;
  readonly #ownHost: string;
  readonly #withIndexes: boolean;
  /** Scopes of its repositories. */
  readonly #scopes: readonly string[];
  readonly #byDigest = new Map<string, ResourceId[]>();
  readonly #tagsOn: Adjacency;
  readonly #indexesOf: Adjacency;
  readonly #imagesOf: Adjacency;

  constructor(
    evidence: Evidence,
    { ownHost, keepIndexOfUsedChild }: { readonly ownHost: string; readonly keepIndexOfUsedChild: boolean },
  ) {
    this.#evidence = evidence;
    this.#ownHost = ownHost;
    this.#withIndexes = keepIndexOfUsedChild;
    const { resources, edges } = evidence;
    const scopes = new Set<string>();
    for (let id = 0; id < resources.size; id += 1) {
      const kind = resources.kind(id);
      if (kind !== 'tag' && kind !== 'manifest') continue;
      const scope = resources.scope(id);
      if (!scope.startsWith(`${ownHost}/`)) continue;
      scopes.add(scope);
      if (kind !== 'manifest') continue;
      const digest = resources.key(id);
      const known = this.#byDigest.get(digest);
      if (known === undefined) this.#byDigest.set(digest, [id]);
      else known.push(id);
    }
    this.#scopes = [...scopes];
    this.#tagsOn = adjacency(resources.size, edges, ['tag'], 'backward');
    this.#indexesOf = adjacency(resources.size, edges, ['child'], 'backward');
    this.#imagesOf = adjacency(resources.size, edges, ['config'], 'backward');
  }

  tag(scope: string, tag: string): ResourceId | undefined {
    return this.#evidence.resources.find('tag', scope, tag);
  }

  /** Repositories that a name may mean. */
  *scopesOf({ exact, anyEndingIn }: Meaning): Generator<string> {
    for (const repository of exact) yield `${this.#ownHost}/${repository}`;
    if (anyEndingIn === undefined) return;
    for (const scope of this.#scopes) if (scope.endsWith(`/${anyEndingIn}`)) yield scope;
  }

  /** Manifests of that digest or with a config of that digest, in any repository; the tags on them; and, if asked for, indexes above. */
  *byDigest(digest: string): Generator<ResourceId> {
    const config = this.#evidence.resources.find('blob', this.#ownHost, digest);
    const found = new Set([
      ...(this.#byDigest.get(digest) ?? []),
      ...(config === undefined ? [] : this.#imagesOf(config)),
    ]);
    // A set is iterated to its end, also over what is added meanwhile.
    for (const manifest of found) {
      yield manifest;
      yield* this.#tagsOn(manifest);
      if (this.#withIndexes) for (const above of this.#indexesOf(manifest)) found.add(above);
    }
  }

  /** Tags and manifests of repositories that stand in a text, and manifests whose digest does. */
  *mightBeMeant(text: MightMean): Generator<ResourceId> {
    const { resources } = this.#evidence;
    const scopes = new Set(this.#scopes.filter((scope) => text.repository(repositoryIn(scope))));
    if (scopes.size > 0)
      for (let id = 0; id < resources.size; id += 1) {
        const kind = resources.kind(id);
        if ((kind === 'tag' || kind === 'manifest') && scopes.has(resources.scope(id))) yield id;
      }
    if (!text.namesDigests) return;
    for (const digest of this.#byDigest.keys()) if (text.digest(digest)) yield* this.byDigest(digest);
  }
}
