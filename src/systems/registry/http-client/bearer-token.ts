import * as z from 'zod';
import { readUrl } from '../../../util/pure/read-url.ts';
import { basicAuthorization } from './basic-authorization.ts';
import type { Security } from './connection.ts';
import type { FoundCredential } from './credentials.ts';
import type { Call } from './exchange.ts';
import { errandError, RegistryError } from './registry-error.ts';
import type { RegistryResponse } from './transport-contract.ts';

/** What a token is asked for. */
export interface TokenRequest {
  /** The token service's URL, from the challenge. */
  readonly realm: string;
  readonly service: string | undefined;
  /** One or more scopes, separated by blanks. */
  readonly scope: string | undefined;
  /** Without one the token is an anonymous one. */
  readonly found: FoundCredential | undefined;
}

export interface Token {
  readonly token: string;
  /** Use it no longer than this: its lifetime with a margin for the way. UTC milliseconds since 1970. */
  readonly useUntilMs: number;
}

export interface TokenWire {
  readonly security: Security;
  readonly perform: (call: Call, signal: AbortSignal) => Promise<RegistryResponse>;
  readonly now: () => number;
}

const MAX_TOKEN_BYTES = 256 * 1024;
/** A token service that names no lifetime means this. */
const DEFAULT_LIFETIME_S = 60;
const CLIENT_ID = 'winnow';

const TokenAnswer = z.object({
  token: z.string().optional(),
  access_token: z.string().optional(),
  expires_in: z.coerce.number().positive().optional().catch(undefined),
  issued_at: z.string().optional().catch(undefined),
});

/**
 * Fetches a bearer token: with an identity token by POST (OAuth2), otherwise by GET, with the user and password if there are any.
 *
 * @throws {@link RegistryError} REGISTRY_UNAUTHORIZED when the service refuses, REGISTRY_TOKEN_REALM_REFUSED, REGISTRY_BAD_ANSWER …
 * @see https://github.com/distribution/distribution/blob/v3.0.0/docs/content/spec/auth/token.md
 * @see https://github.com/distribution/distribution/blob/v3.0.0/docs/content/spec/auth/oauth.md
 */
export async function fetchToken(request: TokenRequest, wire: TokenWire, signal: AbortSignal): Promise<Token> {
  const call = callFor(request, safeRealm(request, wire.security));
  const sentAtMs = wire.now();
  let answer: RegistryResponse;
  try {
    answer = await wire.perform(call, signal);
  } catch (error) {
    throw refusal(error, request) ?? error;
  }
  return readToken(answer, call, sentAtMs);
}

/** A realm is an address that the registry makes up, and that gets the password. */
function safeRealm(request: TokenRequest, security: Security): URL {
  const refused = (why: string) =>
    new RegistryError('REGISTRY_TOKEN_REALM_REFUSED', `getting a token for ${request.scope ?? 'the registry'}: ${why}`);
  if (readUrl(request.realm) === undefined) throw refused('the token realm is not a URL');
  const realm = new URL(request.realm);
  if (realm.protocol !== 'https:' && realm.protocol !== 'http:')
    throw refused(`the token realm is neither https nor http but ${realm.protocol.slice(0, 30)}`);
  if (realm.protocol === 'http:' && request.found !== undefined && security === 'verified')
    throw refused(
      `credentials are not sent over plain HTTP to ${realm.origin}, the registry itself being reached securely`,
    );
  realm.username = '';
  realm.password = '';
  realm.hash = '';
  return realm;
}

function callFor(request: TokenRequest, realm: URL): Call {
  const scopes = request.scope?.split(' ') ?? [];
  const common = {
    doing: `getting a token for ${request.scope ?? 'the registry'}`,
    maxBytes: MAX_TOKEN_BYTES,
    isAnswer: () => false,
  };
  const credential = request.found?.credential;
  if (credential !== undefined && 'identityToken' in credential) {
    const form = new URLSearchParams({ grant_type: 'refresh_token', client_id: CLIENT_ID });
    if (request.service !== undefined) form.set('service', request.service);
    if (request.scope !== undefined) form.set('scope', request.scope);
    form.set('refresh_token', credential.identityToken);
    const headers = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' };
    return { ...common, method: 'POST', target: realm.href, headers, body: Buffer.from(form.toString()) };
  }

  if (request.service !== undefined) realm.searchParams.set('service', request.service);
  for (const scope of scopes) realm.searchParams.append('scope', scope);
  const authorization =
    credential !== undefined && 'username' in credential
      ? basicAuthorization(credential.username, credential.password)
      : undefined;
  return { ...common, method: 'GET', target: realm.href, headers: { accept: 'application/json' }, authorization };
}

/** Whatever the service refuses with, a 404 too, is a refusal of the token: never a word on what the token was for. */
function refusal(error: unknown, request: TokenRequest): RegistryError | undefined {
  if (!(error instanceof RegistryError) || error.status === undefined || error.temporary) return undefined;
  const asWhom =
    request.found === undefined ? 'without credentials' : `with the credentials of ${request.found.source}`;
  return new RegistryError('REGISTRY_UNAUTHORIZED', `${error.message}, ${asWhom}`, {
    status: error.status,
    specCodes: error.specCodes,
    ...(error.request === undefined ? {} : { request: error.request }),
    cause: error,
  });
}

function readToken(answer: RegistryResponse, call: Call, sentAtMs: number): Token {
  const errand = { doing: call.doing, method: call.method, url: call.target };
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(answer.bytes).toString('utf8'));
  } catch {
    // The parser's own words would quote the token.
    throw errandError('REGISTRY_BAD_ANSWER', errand, 'the answer is not JSON');
  }
  const parsed = TokenAnswer.safeParse(json);
  const token = parsed.success ? parsed.data.token || parsed.data.access_token : undefined;
  if (!parsed.success || token === undefined || token === '' || /[^\x21-\x7e]/.test(token))
    throw errandError('REGISTRY_BAD_ANSWER', errand, 'there is no usable token in the answer');
  return { token, useUntilMs: sentAtMs + usableMs(parsed.data, answer.headers['date']) };
}

/**
 * How long a token can be used. Where a service hands out one that it issued earlier, its age counts; both of its times are
 * the server's own, so that the skew of the clocks does not.
 */
function usableMs(answer: z.infer<typeof TokenAnswer>, date: string | undefined): number {
  const lifetimeMs = (answer.expires_in ?? DEFAULT_LIFETIME_S) * 1000;
  const ageMs = Date.parse(date ?? '') - Date.parse(answer.issued_at ?? '');
  const restMs = ageMs > 0 ? Math.max(0, lifetimeMs - ageMs) : lifetimeMs;
  return restMs - Math.min(restMs / 4, 30_000);
}
