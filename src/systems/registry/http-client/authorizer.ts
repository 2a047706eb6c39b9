import { basicAuthorization, type Token, type TokenRequest } from './bearer-token.ts';
import { type Challenge, parseChallenges } from './challenge.ts';
import type { Credentials, FoundCredential } from './credentials.ts';
import { scopeOf } from './scope.ts';
import { createTokenCache } from './token-cache.ts';
import type { AuthDescription, RegistryRequest } from './transport-contract.ts';

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
  describe(): Promise<AuthDescription>;
  /** Hides the secrets in use from text that a server sent. */
  conceal(text: string): string;
}

export type NextStep = { readonly authorization: string } | { readonly refusedBecause: string };

type WayIn =
  | { readonly scheme: 'none' }
  | { readonly scheme: 'basic' }
  | { readonly scheme: 'bearer'; readonly realm: string; readonly service: string | undefined };

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
  const secrets = new Set<string>();
  let wayIn: WayIn = { scheme: 'none' };

  async function find(repository: string | undefined): Promise<FoundCredential | undefined> {
    const found = await credentials.find(repository);
    if (found !== undefined) for (const secret of secretsOf(found)) secrets.add(secret);
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
    const chosen = choose(parseChallenges(challenge));
    if (chosen === undefined) return undefined;
    const { realm = '', service, scope } = chosen.parameters;
    wayIn = chosen.scheme === 'basic' ? { scheme: 'basic' } : { scheme: 'bearer', realm, service };
    return scope ?? '';
  }

  async function afterRefusal(
    ...[request, refused, signal]: Parameters<Authorizer['afterRefusal']>
  ): Promise<NextStep> {
    const { sent } = refused;
    const scope = learn(refused.challenge);
    const found = await find(request.repository);
    if (scope === undefined) return { refusedBecause: noWayIn(refused.challenge) };
    const own = scopeOf(request) ?? '';
    if (scope !== '' && scope !== own) learnedScopes.set(own, scope);

    if (sent?.startsWith('Bearer ') === true && wayIn.scheme === 'bearer' && !refused.isRenewed)
      cache.forget(tokenRequest(request, wayIn, found), sent.slice('Bearer '.length));
    const next = refused.isRenewed ? undefined : await headerFor(request, signal);
    if (next !== undefined && next !== sent) return { authorization: next };
    return {
      refusedBecause: found === undefined ? nothingFound() : `the credentials of ${found.source} were not accepted`,
    };
  }

  function nothingFound(): string {
    const places = credentials.searched.length === 0 ? '' : ` (searched: ${credentials.searched.join(', ')})`;
    return `no credentials for ${host} were found${places}`;
  }

  return {
    headerFor,
    afterRefusal,
    learn,
    async describe() {
      const found = await find(undefined);
      return {
        scheme: wayIn.scheme,
        ...(wayIn.scheme === 'bearer' ? { realm: wayIn.realm } : {}),
        ...describeFound(found),
        searched: credentials.searched,
      };
    },
    conceal(text) {
      let concealed = text;
      for (const secret of [...secrets, ...cache.tokens()]) concealed = concealed.replaceAll(secret, '***');
      return concealed;
    },
  };
}

/** Bearer where it is offered: it takes every kind of credential, and none. */
function choose(challenges: readonly Challenge[]): Challenge | undefined {
  const bearer = challenges.find(({ scheme, parameters }) => scheme === 'bearer' && parameters['realm'] !== undefined);
  return bearer ?? challenges.find(({ scheme }) => scheme === 'basic');
}

function noWayIn(challenge: string): string {
  const schemes = parseChallenges(challenge).map(({ scheme }) => scheme.slice(0, 30));
  return schemes.length === 0
    ? 'it does not say how it wants to be asked (no WWW-Authenticate)'
    : `it wants ${schemes.join(' or ')}, and only Basic and Bearer are known here`;
}

/** Shorter ones would blot out ordinary words. */
const MIN_CONCEALED = 4;

function secretsOf({ credential }: FoundCredential): readonly string[] {
  const secrets =
    'password' in credential
      ? [credential.password, basicAuthorization(credential.username, credential.password).slice('Basic '.length)]
      : ['identityToken' in credential ? credential.identityToken : credential.registryToken];
  return secrets.filter((secret) => secret.length >= MIN_CONCEALED);
}

function describeFound(
  found: FoundCredential | undefined,
): Pick<AuthDescription, 'credential' | 'username' | 'source'> {
  if (found === undefined) return { credential: 'none' };
  const { credential, source } = found;
  if ('username' in credential) return { credential: 'password', username: credential.username, source };
  return { credential: 'identityToken' in credential ? 'identity token' : 'registry token', source };
}
