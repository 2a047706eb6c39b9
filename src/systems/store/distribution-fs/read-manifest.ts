import type { ShardedDigests } from '../../../evidence/sharded-digests.ts';
import type { Digest } from '../../../oci/digest.ts';
import { blobPath, storeRoot } from '../../../oci/distribution-layout.ts';
import type { ReferenceKind } from '../../../oci/manifest.ts';
import { CodedError } from '../../../util/pure/coded-error.ts';
import type { DiskPlace } from '../on-disk/careful-read.ts';
import { SHA256 } from '../plain-digest.ts';
import { isContentOf, type References, referenceKinds, referencesOf } from '../references.ts';
import { ManifestPages } from './manifest-pages.ts';
import { readQuickly } from './quick-read.ts';
import type { Knowledge, Stray } from './tasks.ts';

const kindNumbers = new Map(referenceKinds.map((kind, number): [ReferenceKind, number] => [kind, number]));

/** Reads manifests, each once for the whole store, whoever asks first. */
export class ManifestReader {
  readonly pages = new ManifestPages();
  readonly strays: Stray[] = [];
  readonly unreadable: (readonly [blob: number, because: string])[] = [];
  readonly schema1: number[] = [];
  /** Manifests of which the pages do not tell all. */
  readonly incomplete: number[] = [];
  readonly #place: DiskPlace;
  readonly #blobsRoot: string;
  readonly #blobs: ShardedDigests;
  readonly #claims: Int32Array;
  readonly #known: Int32Array | undefined;

  constructor(place: DiskPlace, blobs: ShardedDigests, knowledge: Knowledge) {
    this.#place = place;
    this.#blobsRoot = `${storeRoot(place.root)}/blobs/sha256`;
    this.#blobs = blobs;
    this.#claims = new Int32Array(knowledge.claims);
    this.#known = knowledge.known === undefined ? undefined : new Int32Array(knowledge.known);
  }

  /** Reads a blob as a manifest, unless somebody does so already. */
  read(blob: number, digest: Digest): void {
    if (Atomics.exchange(this.#claims, blob, 1) !== 0 || (this.#known !== undefined && this.#known[blob] !== 0)) return;
    const found = this.#references(digest);
    if (typeof found === 'string') return void this.unreadable.push([blob, found]);
    if (found.isSchema1) {
      this.schema1.push(blob);
      this.incomplete.push(blob);
    }
    this.pages.begin(blob, found.sizeBytes);
    for (const [as, to] of found.names) {
      const number = this.#blobs.indexOf(to);
      if (number >= 0) this.pages.name(number, kindNumbers.get(as) as number);
      else {
        this.incomplete.push(blob);
        if (!found.foreign.has(to)) this.strays.push([blob, as, to]);
      }
    }
  }

  /** What content names that is not among the blobs; why that is not known, where it is not. */
  namesOf(digest: Digest): References['names'] | string {
    const found = this.#references(digest);
    return typeof found === 'string' ? found : found.names;
  }

  #references(digest: Digest): (References & { readonly sizeBytes: number }) | string {
    const bytes = this.#bytes(digest);
    if (typeof bytes === 'string') return bytes;
    if (digest.startsWith('sha256:') && !isContentOf(digest, bytes)) return 'its bytes are not those of its digest';
    const found = referencesOf(bytes);
    return typeof found === 'string' ? found : { ...found, sizeBytes: bytes.byteLength };
  }

  #bytes(digest: Digest): Uint8Array | string {
    try {
      return readQuickly(this.#place, this.#pathOf(digest)) ?? 'it is not there';
    } catch (failure) {
      if (failure instanceof CodedError && failure.code === 'STORE_TOO_LARGE') return 'it is larger than any manifest';
      throw failure;
    }
  }

  /** As `blobPath` has it: one text instead of many, for it is asked for every manifest. */
  #pathOf(digest: Digest): string {
    if (!digest.startsWith(SHA256)) return blobPath(storeRoot(this.#place.root), digest);
    const first = SHA256.length;
    return `${this.#blobsRoot}/${digest.slice(first, first + 2)}/${digest.slice(first)}/data`;
  }
}
