import { Growable } from '../../../util/pure/growable.ts';
import type { LinksFound } from './tasks.ts';

/** Who has links to blobs, and when these were linked last, as it is found: eight bytes a link. */
export class Linkers {
  /** For each blob, UTC milliseconds; 0 where no link was found. */
  readonly newestAtMs: Float64Array;
  readonly #repositories: string[] = [];
  /** Of the n-th link, the blob and the number of its repository. */
  readonly #blobOf = new Growable((length) => new Uint32Array(length));
  readonly #repositoryOf = new Growable((length) => new Uint32Array(length));

  /** @param newestAtMs - what is known already; is added to */
  constructor(newestAtMs: Float64Array) {
    this.newestAtMs = newestAtMs;
  }

  /** @param found - of repositories that were not told of before */
  take(found: readonly LinksFound[]): void {
    for (const { repository, blobs, linkedAtMs, layerLinks } of found) {
      const number = this.#repositories.push(repository) - 1;
      for (let n = 0; n < blobs.length; n += 1) {
        const blob = blobs[n] as number;
        this.newestAtMs[blob] = Math.max(this.newestAtMs[blob] as number, linkedAtMs[n] as number);
        if (n >= layerLinks) continue;
        this.#blobOf.push(blob);
        this.#repositoryOf.push(number);
      }
    }
  }

  /** Repositories with layer links to each blob, each once; to be called when all were taken. */
  byBlob(): (blob: number) => readonly string[] {
    const blobOf = this.#blobOf.view();
    const rows = new Uint32Array(this.newestAtMs.length + 1);
    for (const blob of blobOf) rows[blob + 1] = (rows[blob + 1] as number) + 1;
    for (let blob = 1; blob < rows.length; blob += 1) rows[blob] = (rows[blob] as number) + (rows[blob - 1] as number);
    const next = rows.slice();
    const sorted = new Uint32Array(blobOf.length);
    for (let link = 0; link < blobOf.length; link += 1) {
      const blob = blobOf[link] as number;
      sorted[next[blob] as number] = this.#repositoryOf.get(link);
      next[blob] = (next[blob] as number) + 1;
    }
    return (blob) => {
      const found: string[] = [];
      // A repository that links a blob by two algorithms has its links side by side.
      for (let at = rows[blob] as number; at < (rows[blob + 1] as number); at += 1)
        if (at === rows[blob] || sorted[at] !== sorted[at - 1])
          found.push(this.#repositories[sorted[at] as number] as string);
      return found;
    };
  }
}
