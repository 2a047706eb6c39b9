import type { IncomingMessage } from 'node:http';
import type { Answer } from './answer.ts';
import type { ReferrerIndex } from './referrer-index.ts';

/** What the registry does and what it doesn't, as its owner set it. */
export interface Abilities {
  readonly deleteEnabled: boolean;
  readonly deleteByTag: boolean;
  readonly readOnly: boolean;
  readonly referrers: boolean;
}

/** What every handler is given of the server. */
export interface Registry {
  /** Where Distribution's layout begins: see `oci/distribution-layout.ts`. */
  readonly root: string;
  readonly abilities: Abilities;
  readonly referrerIndex: ReferrerIndex;
}

/** A request that is being answered; its body can be read from it as a stream, once. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly query: URLSearchParams;
}

/** A handler for one place of the API: `Place` is what its path names. @throws Refusal */
export type Handler<Place> = (registry: Registry, place: Place, exchange: Exchange) => Promise<Answer>;

export interface InRepository {
  readonly repository: string;
}
