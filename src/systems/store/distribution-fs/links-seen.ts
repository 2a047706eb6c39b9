import type { ShardedDigests } from '../../../evidence/sharded-digests.ts';
import type { LayerLinks, RepositoryFound } from './tasks.ts';

/** Of some blobs: who has layer links to them, and when manifests among them were linked last. */
export interface LinksToSome {
  readonly layers: readonly LayerLinks[];
  /** Repositories with links by another algorithm: what those lead to has to be read. */
  readonly others: readonly string[];
  /** For each of the blobs, UTC milliseconds; 0 for what is no repository's manifest. */
  readonly revisionAtMs: Float64Array;
}

/** Which repository links which blob, as a survey came upon it: four bytes a link. */
export class LinksSeen {
  readonly #blobs: ShardedDigests;
  readonly #repositories: Pick<RepositoryFound, 'repository' | 'revisions' | 'linkedAtMs' | 'layers'>[] = [];
  readonly #others = new Set<string>();

  constructor(blobs: ShardedDigests) {
    this.#blobs = blobs;
  }

  add({ repository, revisions, linkedAtMs, layers, aliases }: RepositoryFound): void {
    this.#repositories.push({ repository, revisions, linkedAtMs, ...(layers === undefined ? {} : { layers }) });
    if (aliases.length > 0) this.#others.add(repository);
  }

  /** @returns links to these; the numbers in it are theirs. `undefined`: one of them was not among the blobs */
  to(some: ShardedDigests): LinksToSome | undefined {
    const numbers = new Int32Array(this.#blobs.size).fill(-1);
    for (let n = 0; n < some.size; n += 1) {
      const blob = this.#blobs.indexOf(some.at(n));
      if (blob < 0) return undefined;
      numbers[blob] = n;
    }
    const layers: LayerLinks[] = [];
    const revisionAtMs = new Float64Array(some.size);
    for (const { repository, layers: all, revisions, linkedAtMs } of this.#repositories) {
      const linked = all?.map((blob) => numbers[blob] as number).filter((n) => n >= 0);
      if (linked !== undefined && linked.length > 0 && !this.#others.has(repository))
        layers.push({ repository, blobs: linked });
      revisions.forEach((blob, n) => {
        const one = blob < 0 ? -1 : (numbers[blob] as number);
        if (one >= 0) revisionAtMs[one] = Math.max(revisionAtMs[one] as number, linkedAtMs[n] as number);
      });
    }
    return { layers, others: [...this.#others], revisionAtMs };
  }
}
