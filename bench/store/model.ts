import { randomFor } from '../../src/demo/world/random.ts';
import type { Digest } from '../../src/oci/digest.ts';
import { mediaTypes } from '../../src/oci/media-type.ts';
import { sha256Hex } from '../../src/util/pure/hash.ts';

/** What a made-up store consists of, told one thing after the other so that it need not be held. */
export interface StoreScribe {
  blob(digest: Digest, bytes: Buffer): void;
  layerLink(repository: string, digest: Digest): void;
  /** `gone`: deleted through the API, which leaves its folder without a link. */
  revision(repository: string, digest: Digest, gone: boolean): void;
  /** The last of its history is current. */
  tag(repository: string, tag: string, history: readonly Digest[]): void;
  upload(repository: string, uuid: string, bytes: Buffer): void;
}

/** What a collector must find, known by construction. */
export interface Truth {
  readonly blobs: number;
  readonly manifests: number;
  readonly tags: number;
  readonly repositories: number;
  /** Blobs that no manifest names. */
  readonly orphans: number;
  /** Blobs that nothing needs once manifests without a tag, and without anything tagged that keeps them, are gone. */
  readonly orphansWithoutUntagged: number;
}

interface Made {
  readonly digest: Digest;
  readonly sizeBytes: number;
  readonly names: readonly Digest[];
}

const SHARED_BASES = 40;

/**
 * A store by seed: repositories of very different sizes, nested names, shared base layers, indexes, signatures by `subject` and by tag,
 * tags with history, untagged and deleted revisions, orphans with and without links, stale uploads.
 *
 * @param blobs - about so many, one in five of them a manifest.
 */
export function tellStore(seed: string, blobs: number, scribe: StoreScribe): Truth {
  const random = randomFor(`store ${seed} ${blobs}`);
  const ledger = new Ledger(scribe);
  const bases = Array.from({ length: SHARED_BASES }, (_, n) => ledger.content(`base layer ${seed} ${n}`));
  const repositories = Math.max(4, Math.round(blobs / 400));
  let tags = 0;

  for (let rank = 1; ledger.size < blobs; rank = (rank % repositories) + 1) {
    const name = repositoryName(rank);
    const releases = Math.max(1, Math.round(160 / Math.sqrt(rank)));
    const round = ledger.rounds(name);
    const latest: Digest[] = [];
    for (let n = 0; n < releases && ledger.size < blobs; n += 1) {
      const salt = `${name} ${round} ${n}`;
      const base = bases.slice(random.int(0, SHARED_BASES - 4)).slice(0, 3);
      const made = random.fraction() < 0.18 ? ledger.index(name, salt, base) : ledger.image(name, salt, base);
      const fate = random.fraction();
      if (fate < 0.03) ledger.revision(name, made, true);
      else ledger.revision(name, made, false);
      if (fate >= 0.13) {
        tags += 1;
        latest.push(made.digest);
        ledger.tag(name, `v${round}.${n}`, [made.digest]);
        if (random.fraction() < 0.05) ledger.referrer(name, made, salt);
        if (random.fraction() < 0.03) {
          tags += 1;
          ledger.tag(name, made.digest.replace(':', '-'), [ledger.signature(name, salt).digest]);
        }
      }
      if (random.fraction() < 0.12) ledger.orphan(random.fraction() < 0.6 ? name : undefined, `orphan ${salt}`);
    }
    if (latest.length > 0) {
      tags += 1;
      ledger.tag(name, `latest-${round}`, latest.slice(-8));
    }
    if (random.fraction() < 0.1) scribe.upload(name, uuidOf(random.hex(32)), Buffer.from(random.hex(64)));
  }
  return { ...ledger.truth(), tags };
}

function repositoryName(rank: number): string {
  if (rank % 7 === 0) return `team-${rank % 31}/product-${rank % 11}/service-${rank}`;
  return rank % 3 === 0 ? `team-${rank % 31}` + `/app-${rank}` : `app-${rank}`;
}

function uuidOf(hex: string): string {
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}

/** Writes what is told, and keeps as much of it as the truth needs. */
class Ledger {
  readonly #scribe: StoreScribe;
  readonly #blobs = new Set<Digest>();
  readonly #names = new Map<Digest, readonly Digest[]>();
  readonly #subjects: [string, Made, Made][] = [];
  readonly #revisions = new Map<string, Set<Digest>>();
  readonly #tagged = new Map<string, Set<Digest>>();
  readonly #rounds = new Map<string, number>();
  readonly #links = new Set<string>();

  constructor(scribe: StoreScribe) {
    this.#scribe = scribe;
  }

  get size(): number {
    return this.#blobs.size;
  }

  rounds(repository: string): number {
    const round = (this.#rounds.get(repository) ?? 0) + 1;
    this.#rounds.set(repository, round);
    return round;
  }

  content(text: string): { readonly digest: Digest; readonly sizeBytes: number } {
    const bytes = Buffer.from(text);
    return this.#put(bytes);
  }

  image(
    repository: string,
    salt: string,
    base: readonly { readonly digest: Digest; readonly sizeBytes: number }[],
  ): Made {
    const config = this.content(`{"architecture":"amd64","os":"linux","salt":${JSON.stringify(salt)}}`);
    const layers = [...base, ...[1, 2, 3].map((n) => this.content(`layer ${n} of ${salt}`))];
    for (const { digest } of [config, ...layers]) this.#link(repository, digest);
    return this.#manifest({
      mediaType: mediaTypes.ociManifest,
      config: descriptor('application/vnd.oci.image.config.v1+json', config),
      layers: layers.map((layer) => descriptor('application/vnd.oci.image.layer.v1.tar+gzip', layer)),
    });
  }

  index(
    repository: string,
    salt: string,
    base: readonly { readonly digest: Digest; readonly sizeBytes: number }[],
  ): Made {
    const children = ['amd64', 'arm64'].map((arch) => this.image(repository, `${salt} ${arch}`, base));
    for (const child of children) this.revision(repository, child, false);
    return this.#manifest({
      mediaType: mediaTypes.ociIndex,
      manifests: children.map((child) => descriptor(mediaTypes.ociManifest, child)),
    });
  }

  signature(repository: string, salt: string): Made {
    const made = this.image(repository, `signature ${salt}`, []);
    this.revision(repository, made, false);
    return made;
  }

  referrer(repository: string, subject: Made, salt: string): void {
    const layer = this.content(`sbom of ${salt}`);
    const config = this.content('{}');
    for (const { digest } of [config, layer]) this.#link(repository, digest);
    const made = this.#manifest({
      mediaType: mediaTypes.ociManifest,
      config: descriptor('application/vnd.oci.empty.v1+json', config),
      layers: [descriptor('application/spdx+json', layer)],
      subject: descriptor(mediaTypes.ociManifest, subject),
    });
    this.revision(repository, made, false);
    this.#subjects.push([repository, subject, made]);
  }

  orphan(repository: string | undefined, text: string): void {
    const { digest } = this.content(text);
    if (repository !== undefined) this.#link(repository, digest);
  }

  revision(repository: string, { digest }: Made, gone: boolean): void {
    this.#scribe.revision(repository, digest, gone);
    if (!gone) (this.#revisions.get(repository) ?? this.#add(this.#revisions, repository)).add(digest);
  }

  tag(repository: string, tag: string, history: readonly Digest[]): void {
    this.#scribe.tag(repository, tag, history);
    (this.#tagged.get(repository) ?? this.#add(this.#tagged, repository)).add(history.at(-1) as Digest);
  }

  truth(): Omit<Truth, 'tags'> {
    return {
      blobs: this.#blobs.size,
      manifests: this.#names.size,
      repositories: this.#rounds.size,
      orphans: this.#unnamed(this.#revisions),
      orphansWithoutUntagged: this.#unnamed(this.#keptByTags()),
    };
  }

  #unnamed(revisions: ReadonlyMap<string, ReadonlySet<Digest>>): number {
    const named = new Set<Digest>();
    for (const digests of revisions.values())
      for (const digest of digests) {
        named.add(digest);
        for (const name of this.#names.get(digest) ?? []) named.add(name);
      }
    return this.#blobs.size - named.size;
  }

  #keptByTags(): Map<string, Set<Digest>> {
    const kept = new Map<string, Set<Digest>>();
    for (const [repository, tagged] of this.#tagged) {
      const revisions = this.#revisions.get(repository) ?? new Set();
      const here = new Set<Digest>();
      const open = [...tagged];
      for (let at = open.pop(); at !== undefined; at = open.pop()) {
        if (here.has(at) || !revisions.has(at)) continue;
        here.add(at);
        open.push(...(this.#names.get(at) ?? []));
      }
      kept.set(repository, here);
    }
    for (const [repository, subject, made] of this.#subjects)
      if (kept.get(repository)?.has(subject.digest)) kept.get(repository)?.add(made.digest);
    return kept;
  }

  #add(map: Map<string, Set<Digest>>, key: string): Set<Digest> {
    const made = new Set<Digest>();
    map.set(key, made);
    return made;
  }

  #link(repository: string, digest: Digest): void {
    const key = `${repository} ${digest}`;
    if (this.#links.has(key)) return;
    this.#links.add(key);
    this.#scribe.layerLink(repository, digest);
  }

  #manifest(body: Readonly<Record<string, unknown>>): Made {
    const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, ...body }));
    const { digest, sizeBytes } = this.#put(bytes);
    const names = [...bytes.toString().matchAll(/sha256:[0-9a-f]{64}/g)].map(([one]) => one as Digest);
    this.#names.set(digest, names);
    return { digest, sizeBytes, names };
  }

  #put(bytes: Buffer): { readonly digest: Digest; readonly sizeBytes: number } {
    const digest: Digest = `sha256:${sha256Hex(bytes)}`;
    if (!this.#blobs.has(digest)) {
      this.#blobs.add(digest);
      this.#scribe.blob(digest, bytes);
    }
    return { digest, sizeBytes: bytes.length };
  }
}

function descriptor(mediaType: string, { digest, sizeBytes }: { readonly digest: Digest; readonly sizeBytes: number }) {
  return { mediaType, digest, size: sizeBytes };
}
