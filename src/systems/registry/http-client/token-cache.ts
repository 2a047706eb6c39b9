import { unlessAborted } from '../../../util/wait.ts';
import type { Token, TokenRequest } from './bearer-token.ts';

/** Tokens by what they were asked for. Requests at the same time share one fetch. */
export interface TokenCache {
  /** A token that is still good; fetched if need be. @throws what the fetch throws; the signal's reason. */
  get(request: TokenRequest, signal: AbortSignal): Promise<string>;
  /** Forgets this token, which a registry refused, unless a newer one has taken its place. */
  forget(request: TokenRequest, token: string): void;
  /** The tokens in use, to be kept out of messages. */
  tokens(): Iterable<string>;
}

/** More repositories than this at a time, and those whose time is over go. */
const SWEEP_AT = 1024;

/**
 * @param fetch - fetches one token. It serves several callers, so no single caller's signal ends it.
 * @param now - UTC milliseconds since 1970.
 */
export function createTokenCache(fetch: (request: TokenRequest) => Promise<Token>, now: () => number): TokenCache {
  const known = new Map<string, Token>();
  const pending = new Map<string, Promise<string>>();

  async function renew(key: string, request: TokenRequest): Promise<string> {
    try {
      const token = await fetch(request);
      if (known.size >= SWEEP_AT) sweep(known, now());
      known.set(key, token);
      return token.token;
    } finally {
      pending.delete(key);
    }
  }

  return {
    async get(request, signal) {
      const key = keyOf(request);
      const token = known.get(key);
      if (token !== undefined && now() < token.useUntilMs) return token.token;
      const fetching = pending.get(key) ?? renew(key, request);
      pending.set(key, fetching);
      return unlessAborted(fetching, signal);
    },
    forget(request, token) {
      const key = keyOf(request);
      if (known.get(key)?.token === token) known.delete(key);
    },
    *tokens() {
      for (const { token } of known.values()) yield token;
    },
  };
}

function keyOf({ realm, service, scope }: TokenRequest): string {
  return `${realm}\n${service ?? ''}\n${scope ?? ''}`;
}

function sweep(known: Map<string, Token>, nowMs: number): void {
  for (const [key, token] of known) if (nowMs >= token.useUntilMs) known.delete(key);
}
