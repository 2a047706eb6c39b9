import type { Context, Hono } from 'hono';
import type { ServeSettings } from '../../config/serve-settings.ts';
import type { History } from '../../systems/history/contract.ts';
import type { Desk, Person, Standing } from '../desk.ts';
import type { Log } from '../log.ts';
import type { Problem } from './problem.ts';

/** What HTTP is made from. */
export interface HttpParts {
  readonly history: History;
  readonly desk: Desk;
  /** As they stand now: they may change while it runs. */
  readonly settings: () => ServeSettings;
  readonly standing: () => Promise<Standing>;
  readonly nowMs: () => number;
  readonly log: Log;
  /**
   * Adds the pages. The app that they get lies below `basePath` already, and everything below has a person, a csrf token and the
   * headers; whoever may not read gets no further than `/login`.
   */
  readonly pages: (app: Hono<ServiceEnv>, parts: HttpParts) => void;
  /** An error as a page, for who asks for HTML. Absent: problem+json for everybody. */
  readonly problemPage?: (context: Context<ServiceEnv>, problem: Problem) => Response | Promise<Response>;
  /** The service's own folder. */
  readonly stateDir: string;
  /** Aborted when the service begins to end: streams end then, so that connections can be closed. Absent: never. */
  readonly stopping?: AbortSignal;
  /** Why the settings that stand are not those of the file; undefined where they are. */
  readonly settingsTrouble?: () => string | undefined;
}

/**
 * What each request knows.
 *
 * - `person`: who asks, undefined for nobody. Pages other than `/login` never see nobody.
 * - `csrf`: goes into each form as the hidden field `csrf` (or the header `X-CSRF-Token` of a script). It is checked before a page's
 *   `POST` is reached. Empty where nobody is known, but on `/login`.
 * - `basePath`: stands before every link; empty for the root.
 *
 * `POST /login` takes `token`, `csrf`, and `next` (a path to go on to, below `basePath`); `POST /logout` takes `csrf`. Both answer 303.
 * A wrong token answers 303 to `/login?wrong=1`, too many of them `/login?wrong=wait`. `GET /login` is a page.
 */
export type ServiceEnv = {
  Bindings: Peer;
  Variables: { person: Person | undefined; csrf: string; basePath: string; signedInBy: SignedInBy };
};

/** How the person was known: only a session can be ended by `/logout`. `loopback` is this machine, which may read. */
export type SignedInBy = 'token' | 'session' | 'proxy' | 'oidc' | 'loopback' | 'nobody';

/** Where a request comes from, as `@hono/node-server` hands it on; absent in tests that say nothing of it. */
export interface Peer {
  readonly incoming?: { readonly socket: { readonly remoteAddress?: string | undefined } };
}
