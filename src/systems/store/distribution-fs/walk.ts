import type { Digest } from '../../../oci/digest.ts';
import type { LinksSeen } from './links-seen.ts';
import type { Leftover } from './tasks.ts';

/** Who wants to know what only lies about, while somebody else reads the structure. */
export interface Guest {
  /** Blobs that may be without data. */
  readonly doubted: readonly Digest[];
  readonly signal: AbortSignal;
  take(leftover: Leftover): void;
}

interface Host {
  readonly signal: AbortSignal;
  guest?: Guest;
  done?: Promise<void>;
}

/**
 * One walk for several questions. Whoever asks what lies about when the structure is about to be read is told by the same walk, for it
 * leads through the same folders; and what it sees of links need not be looked for again a moment later.
 */
export class Walk {
  #host: Host | undefined;
  #links: LinksSeen | undefined;

  /** @param work - calls its argument before it comes to the repositories: from then on nobody can join, and the guest is known */
  async lead(signal: AbortSignal, work: (lastCall: () => Guest | undefined) => Promise<void>): Promise<void> {
    const host: Host = { signal };
    this.#host = host;
    this.#links = undefined;
    const lastCall = () => {
      if (this.#host === host) this.#host = undefined;
      return host.guest;
    };
    host.done = work(lastCall).finally(lastCall);
    await host.done;
  }

  /** @returns the end of the walk, or `undefined`: there is none to join */
  join(guest: Guest): Promise<void> | undefined {
    const host = this.#host;
    if (host === undefined || host.guest !== undefined || host.signal !== guest.signal) return undefined;
    host.guest = guest;
    return host.done;
  }

  /** Keeps what a walk saw of links. */
  keepLinks(links: LinksSeen): void {
    this.#links = links;
  }

  /** What the last walk saw of links. It is told once: what is asked for later has to be looked at anew. */
  takeLinks(): LinksSeen | undefined {
    const links = this.#links;
    this.#links = undefined;
    return links;
  }
}
