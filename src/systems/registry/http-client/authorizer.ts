import { basicAuthorization } from './basic-authorization.ts';
import type { Token, TokenRequest } from './bearer-token.ts';
import { createConcealer } from './conceal.ts';
import type { Credentials, FoundCredential } from './credentials.ts';
import { redactUrl } from './registry-error.ts';
import { scopeOf } from './scope.ts';
import { createTokenCache } from './token-cache.ts';
import type { AuthDescription, RegistryRequest } from './transport-contract.ts';
import { noWayIn, readWayIn, type WayIn } from './way-in.ts';

type Asked = Pick<RegistryRequest, 'repository' | 'access'>;

/** Finds the `Authorization` header for each request, and a better one after a refusal. */
export interface Authorizer {
  /** The header to begin with; none as long as the registry never asked for any. */
  headerFor(request: Asked, signal: AbortSignal): Promise<string | undefined>;
  /**
   * What to do after a 401.
   * @param sent - the header that was refused.
   * @param isRenewed - it already was a second token for this request.
   */
  afterRefusal(
    request: Asked,
    refused: { readonly sent: string | undefined; readonly isRenewed: boolean; readonly challenge: string },
    signal: AbortSignal,
  ): Promise<NextStep>;
  /** Learns the way in without a request at hand, from the answer to `/v2/`. */
  learn(challenge: string): void;
  /** As the registry asked for it last. */
  wayIn(): WayIn;
  describe(): Promise<AuthDescription>;
  /** Hides the secrets in use from text that a server sent. */
  conceal(text: string): string;
}

export type NextStep = { readonly authorization: string } | { readonly refusedBecause: string };

export interface AuthorizerSettings {
  readonly host: string;
  readonly credentials: Credentials;
  /** Serves several requests; ended only with the transport. */
  readonly fetchToken: (request: TokenRequest) => Promise<Token>;
  readonly now: () => number;
}

export function createAuthorizer(settings: AuthorizerSettings): Authorizer {
  const { credentials, host } = settings;
  const cache = createTokenCache(settings.fetchToken, settings.now);
  /** Scopes that a registry named instead of ours, by ours. */
  const learnedScopes = new Map<string, string>();
  const concealer = createConcealer();
  let wayIn: WayIn = { scheme: 'none' };

  async function find(repository: string | undefined): Promise<FoundCredential | undefined> {
    const found = await credentials.find(repository);
    if (found !== undefined) concealer.remember(found);
    return found;
  }

  function tokenRequest(
    request: Asked,
    way: WayIn & { scheme: 'bearer' },
    found: FoundCredential | undefined,
  ): TokenRequest {
    const own = scopeOf(request);
    return { realm: way.realm, service: way.service, scope: learnedScopes.get(own ?? '') ?? own, found };
  }

  async function headerFor(request: Asked, signal: AbortSignal): Promise<string | undefined> {
    if (wayIn.scheme === 'none') return undefined;
    const way = wayIn;
    const found = await find(request.repository);
    const credential = found?.credential;
    if (credential !== undefined && 'registryToken' in credential) return `Bearer ${credential.registryToken}`;
    if (way.scheme === 'bearer') return `Bearer ${await cache.get(tokenRequest(request, way, found), signal)}`;
    if (credential === undefined || !('username' in credential)) return undefined;
    return basicAuthorization(credential.username, credential.password);
  }

  function learn(challenge: string): string | undefined {
    const read = readWayIn(challenge);
    if (read !== undefined) wayIn = read.wayIn;
    return read?.scope;
  }

  async function afterRefusal(
    ...[request, refused, signal]: Parameters<Authorizer['afterRefusal']>
  ): Promise<NextStep> {
    const { sent } = refused;
    const scope = learn(refused.challenge);
    if (scope === undefined) return { refusedBecause: noWayIn(refused.challenge) };
    const found = await find(request.repository);
    const own = scopeOf(request) ?? '';
    if (scope !== '' && scope !== own) learnedScopes.set(own, scope);

    if (sent?.startsWith('Bearer ') === true && wayIn.scheme === 'bearer' && !refused.isRenewed)
      cache.forget(tokenRequest(request, wayIn, found), sent.slice('Bearer '.length));
    const next = refused.isRenewed ? undefined : await headerFor(request, signal);
    if (next !== undefined && next !== sent) return { authorization: next };
    return { refusedBecause: found === undefined ? nothingFound() : ofNoUse(found, sent) };
  }

  function nothingFound(): string {
    const places = credentials.searched.length === 0 ? '' : ` (searched: ${credentials.searched.join(', ')})`;
    return `no credentials for ${host} were found${places}`;
  }

  return {
    headerFor,
    afterRefusal,
    learn,
    wayIn: () => wayIn,
    async describe() {
      const found = await find(undefined);
      return {
        scheme: wayIn.scheme,
        ...(wayIn.scheme === 'bearer' ? { realm: redactUrl(wayIn.realm) } : {}),
        ...describeFound(found),
        searched: credentials.searched,
      };
    },
    conceal: (text) => concealer.conceal(text, cache.tokens()),
  };
}

function ofNoUse(found: FoundCredential, sent: string | undefined): string {
  const what = sent === undefined ? 'hold a token, and the registry wants a user and a password' : 'were not accepted';
  return `the credentials of ${found.source} ${what}`;
}

function describeFound(
  found: FoundCredential | undefined,
): Pick<AuthDescription, 'credential' | 'username' | 'source'> {
  if (found === undefined) return { credential: 'none' };
  const { credential, source } = found;
  if ('username' in credential) return { credential: 'password', username: credential.username, source };
  return { credential: 'identityToken' in credential ? 'identity token' : 'registry token', source };
}
