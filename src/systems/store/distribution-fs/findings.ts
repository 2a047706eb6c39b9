import type { ResourceId } from '../../../evidence/resource.ts';
import type { ShardedDigests } from '../../../evidence/sharded-digests.ts';
import type { Sink } from '../../../evidence/sink.ts';
import { type Digest, isDigest } from '../../../oci/digest.ts';
import type { ReferenceKind } from '../../../oci/manifest.ts';
import { parseReferrerTag } from '../../../oci/referrer-tag.ts';
import { referenceKinds } from '../references.ts';
import { readPages } from './manifest-pages.ts';
import type { ApartManifest, RepositoriesFound, RepositoryFound } from './tasks.ts';
import { Triples } from './triples.ts';

/** The blobs of a store as the evidence has them. */
export interface StatedBlobs {
  /** Of the store: scope of its blobs. */
  readonly storeName: string;
  readonly digests: ShardedDigests;
  /** The resource of the first; the others follow. */
  readonly first: ResourceId;
}

interface KnownManifest {
  readonly manifest: ResourceId;
  readonly digest: Digest;
}

/** A manifest of a repository that needs a closer look. */
export interface ManifestInNeed {
  readonly repository: string;
  readonly manifest: ResourceId;
  readonly digest: Digest;
  /** Why it can't be read; absent: a schema 1 manifest, which may have signatures. */
  readonly because?: string;
}

/**
 * States what a survey finds as it comes in. What hangs between the manifests of a repository is known when all of them were read: it is
 * kept in columns until then, and said by {@link finish}.
 */
export class Findings {
  readonly counts = { repositories: 0, tags: 0, manifests: 0 };
  readonly #sink: Sink;
  readonly #blobs: StatedBlobs;
  readonly #pushTimes: boolean;
  readonly #numbers = new Map<string, number>();
  readonly #repositories: string[] = [];
  /** Theirs: a text that is put together anew each time would have to be looked for anew. */
  readonly #scopes: string[] = [];
  /** Manifest, its blob or -1, repository. */
  readonly #revisions = new Triples();
  /** What tags stand for, in the same way. */
  readonly #targets = new Triples();
  readonly #unreadable = new Map<number, string>();
  readonly #schema1 = new Set<number>();
  readonly #related = new Map<number, (readonly [as: 'child' | 'subject', to: number | Digest])[]>();
  readonly #inNeed: ManifestInNeed[] = [];

  /** @param pushTimes - whether to say when manifests came */
  constructor(sink: Sink, blobs: StatedBlobs, pushTimes: boolean) {
    this.#sink = sink;
    this.#blobs = blobs;
    this.#pushTimes = pushTimes;
  }

  take(found: RepositoriesFound): void {
    this.takePages(found.manifests, () => true);
    for (const [from, as, to] of found.strays) {
      if (as !== 'subject') this.#sink.refers(this.#blobs.first + from, this.blob(to), as);
      if (as === 'child' || as === 'subject') this.#relate(from, as, to);
    }
    for (const [blob, because] of found.unreadable) this.#unreadable.set(blob, because);
    for (const blob of found.schema1) this.#schema1.add(blob);
    for (const repository of found.repositories) this.#takeRepository(repository);
  }

  /** @param isUsed - whether to say what is written of a manifest */
  takePages(pages: Int32Array, isUsed: (blob: number) => boolean): void {
    const { first } = this.#blobs;
    let isWanted = true;
    readPages(pages, {
      manifest: (blob) => {
        isWanted = isUsed(blob);
      },
      name: (from, to, kind) => {
        if (!isWanted) return;
        const as = referenceKinds[kind] as ReferenceKind;
        if (as !== 'subject') this.#sink.refers(first + from, first + to, as);
        if (as === 'child' || as === 'subject') this.#relate(from, as, to);
      },
    });
  }

  /** The resource of a blob, whether it is there or not. */
  blob(digest: Digest): ResourceId {
    const number = this.#blobs.digests.indexOf(digest);
    return number < 0 ? this.#sink.resource('blob', this.#blobs.storeName, digest) : this.#blobs.first + number;
  }

  /** Says the rest. @returns manifests that can't be read, or can't be told whole */
  finish(): readonly ManifestInNeed[] {
    const stated = new Set<ResourceId>();
    this.#revisions.each((manifest, blob, repository) => {
      stated.add(manifest);
      this.#sayMore(manifest, blob, repository);
    });
    this.#targets.each((manifest, blob, repository) => {
      if (stated.has(manifest)) return;
      stated.add(manifest);
      // A tag stands for it, though the repository has it no more: all that it names could be wanted.
      if (blob >= 0) this.#sink.refers(manifest, this.#blobs.first + blob, 'link');
      this.#sayMore(manifest, blob, repository);
    });
    for (const { repository, digest, because } of this.#inNeed)
      if (because !== undefined) this.#gap(repository, `reading the manifest ${repository}@${digest}: ${because}`);
    return this.#inNeed;
  }

  #relate(from: number, as: 'child' | 'subject', to: number | Digest): void {
    const list = this.#related.get(from);
    if (list === undefined) this.#related.set(from, [[as, to]]);
    else list.push([as, to]);
  }

  #takeRepository(found: RepositoryFound): void {
    const { repository } = found;
    const number = this.#numberOf(repository);
    const scope = this.#scopes[number] as string;
    const manifests = new Map<number, KnownManifest>();
    let apartAt = 0;
    for (let n = 0; n < found.revisions.length; n += 1) {
      const blob = found.revisions[n] as number;
      const digest = blob >= 0 ? this.#blobs.digests.at(blob) : (found.revisionsApart[apartAt++] as Digest);
      const manifest = this.#manifest(scope, digest, found.linkedAtMs[n]);
      this.#sink.refers(manifest, blob < 0 ? this.blob(digest) : this.#blobs.first + blob, 'link');
      this.#revisions.push(manifest, blob, number);
      if (blob >= 0) manifests.set(blob, { manifest, digest });
    }
    const others = new Map<Digest, ResourceId>();
    for (const [digest, stored] of found.others) {
      const manifest = this.#manifest(scope, digest);
      others.set(stored, manifest);
      this.#sink.refers(manifest, this.blob(stored), 'link');
      this.#revisions.push(manifest, this.#blobs.digests.indexOf(stored), number);
    }
    for (const apart of found.apart) this.#takeApart(number, apart, others.get(apart.digest));
    for (const digest of found.emptyLinks) {
      const manifest = this.#sink.resource('manifest', scope, digest);
      this.#inNeed.push({ repository, manifest, digest, because: 'its link is empty or short' });
    }
    this.#takeTags(found, number, manifests);
    this.#takeAliases(found);
  }

  #manifest(scope: string, digest: Digest, pushedAtMs?: number): ResourceId {
    const manifest = this.#sink.resource('manifest', scope, digest);
    this.#sink.exists(manifest, this.#pushTimes && pushedAtMs !== undefined ? { pushedAtMs } : {});
    this.counts.manifests += 1;
    return manifest;
  }

  /** A manifest whose data was not among the blobs when they were listed: it came since, or is missing. */
  #takeApart(number: number, { digest, names }: ApartManifest, other: ResourceId | undefined): void {
    const repository = this.#repositories[number] as string;
    const scope = this.#scopes[number] as string;
    const manifest = other ?? this.#sink.resource('manifest', scope, digest);
    if (typeof names === 'string') {
      this.#inNeed.push({ repository, manifest, digest, because: names });
      return;
    }
    const data = this.blob(digest);
    this.#sink.exists(data, {});
    for (const [as, to] of names) {
      if (as !== 'subject') this.#sink.refers(data, this.blob(to), as);
      if (as === 'child' || as === 'subject')
        this.#sink.refers(manifest, this.#sink.resource('manifest', scope, to), as);
    }
  }

  /** @param manifests - those of the repository that came with the tags, by their blobs */
  #takeTags(found: RepositoryFound, number: number, manifests: ReadonlyMap<number, KnownManifest>): void {
    const { repository, tags, targets, targetsApart, brokenTags } = found;
    let apart = 0;
    const scope = this.#scopes[number] as string;
    for (let n = 0; n < tags.length; n += 1) {
      const blob = targets[n] as number;
      const tag = this.#tag(scope, tags[n] as string);
      let known = manifests.get(blob);
      if (known === undefined) {
        const digest = blob >= 0 ? this.#blobs.digests.at(blob) : (targetsApart[apart] as Digest);
        if (blob < 0) apart += 1;
        known = { digest, manifest: this.#sink.resource('manifest', scope, digest) };
        this.#targets.push(known.manifest, blob, number);
      }
      this.#sink.exists(tag, { digest: known.digest });
      this.#sink.refers(tag, known.manifest, 'tag');
    }
    for (const [name, history] of brokenTags) {
      const tag = this.#tag(scope, name);
      this.#sink.exists(tag, {});
      for (const digest of history) {
        const manifest = this.#sink.resource('manifest', scope, digest);
        this.#sink.refers(tag, manifest, 'opaque');
      }
      if (history.length === 0)
        this.#gap(
          repository,
          `reading the tag ${repository}:${name}: its link is empty or short, and it has no history`,
        );
    }
  }

  #tag(scope: string, name: string): ResourceId {
    const tag = this.#sink.resource('tag', scope, name);
    const named = parseReferrerTag(name);
    if (named !== undefined)
      this.#sink.refers(tag, this.#sink.resource('manifest', scope, named.subject), 'referrer-tag');
    this.counts.tags += 1;
    return tag;
  }

  #takeAliases({ repository, aliases }: RepositoryFound): void {
    for (const [named, stored] of aliases)
      if (isDigest(named)) this.#sink.refers(this.blob(named), this.blob(stored), 'alias');
      // What manifests name by an algorithm that is not known can't be found in them: the content stays.
      else this.#sink.holds(this.blob(stored), `${repository} has a link to it as ${named}`);
  }

  #sayMore(manifest: ResourceId, blob: number, number: number): void {
    const repository = this.#repositories[number] as string;
    const scope = this.#scopes[number] as string;
    for (const [as, to] of this.#related.get(blob) ?? []) {
      const digest = typeof to === 'number' ? this.#blobs.digests.at(to) : to;
      this.#sink.refers(manifest, this.#sink.resource('manifest', scope, digest), as);
    }
    const because = this.#unreadable.get(blob);
    const isSchema1 = this.#schema1.has(blob);
    if (because === undefined && !isSchema1) return;
    const digest = this.#blobs.digests.at(blob);
    this.#inNeed.push({ repository, manifest, digest, ...(because === undefined ? {} : { because }) });
  }

  #scope(repository: string): string {
    return `${this.#blobs.storeName}/${repository}`;
  }

  #numberOf(repository: string): number {
    let number = this.#numbers.get(repository);
    if (number === undefined) {
      number = this.#repositories.push(repository) - 1;
      this.#numbers.set(repository, number);
      this.#scopes.push(this.#scope(repository));
      this.#sink.exists(this.#sink.resource('repository', this.#blobs.storeName, repository), {});
      this.counts.repositories += 1;
    }
    return number;
  }

  #gap(repository: string, cause: string): void {
    const source = `store ${this.#blobs.storeName}`;
    this.#sink.gap({ scope: this.#scope(repository), hides: 'references', source, cause });
  }
}
