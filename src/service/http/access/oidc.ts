import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import * as z from 'zod';
import type { AccessSettings } from '../../../config/serve-settings.ts';
import type { Person } from '../../desk.ts';
import { ServiceError } from '../../errors.ts';
import { roleOf } from './roles.ts';

/** Signatures by keys that only the issuer has; never `none`, never a shared secret. */
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];
/** How far clocks may differ. */
const TOLERANCE_SECONDS = 30;
const TIMEOUT_MS = 5000;

type OidcSettings = NonNullable<AccessSettings['oidc']>;

/** Tokens of one issuer. */
export interface Issuer {
  /** Whose token it is. @throws NOT_SIGNED_IN with what is wrong; OIDC_UNAVAILABLE where the keys can't be had */
  personOf(token: string, nowMs: number): Promise<Person>;
}

export function oidcIssuer(settings: OidcSettings): Issuer {
  const { issuer, audience, userClaim, groupsClaim, roles } = settings;
  let keys: Promise<JWTVerifyGetKey> | undefined;
  return {
    async personOf(token, nowMs) {
      keys ??= keysOf(settings);
      try {
        const { payload } = await jwtVerify(token, await keys, {
          ...{ issuer, audience, algorithms: ALGORITHMS, clockTolerance: TOLERANCE_SECONDS },
          ...{ requiredClaims: ['exp'], currentDate: new Date(nowMs) },
        });
        return personIn(payload);
      } catch (failure) {
        if (failure instanceof ServiceError && failure.code === 'OIDC_UNAVAILABLE') keys = undefined;
        throw asServiceError(failure, issuer);
      }
    },
  };

  function personIn(payload: JWTPayload): Person {
    const name = payload[userClaim];
    if (typeof name !== 'string' || name === '') throw refused(`the token has no claim ${userClaim}`);
    const role = roleOf(groupsIn(payload[groupsClaim]), roles);
    if (role === undefined) throw refused(`${name} is in no group that has a role here`);
    return { name, role };
  }
}

/** Whether a bearer token may be one of an issuer: three parts with dots. */
export function isSigned(token: string): boolean {
  return /^[\w-]+\.[\w-]+\.[\w-]+$/.test(token);
}

async function keysOf({ issuer, jwksUrl }: OidcSettings): Promise<JWTVerifyGetKey> {
  const url = new URL(jwksUrl ?? (await discovered(issuer)));
  return createRemoteJWKSet(url, { timeoutDuration: TIMEOUT_MS, cooldownDuration: 30_000, cacheMaxAge: 600_000 });
}

const discoverySchema = z.object({ issuer: z.string(), jwks_uri: z.url() });

/** https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig */
async function discovered(issuer: string): Promise<string> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const doing = `reading ${url}`;
  let document: unknown;
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS), redirect: 'error' });
    if (!answer.ok) throw new ServiceError('OIDC_UNAVAILABLE', `${doing}: it answered ${answer.status}`);
    document = await answer.json();
  } catch (failure) {
    if (failure instanceof ServiceError) throw failure;
    throw new ServiceError('OIDC_UNAVAILABLE', `${doing}: no answer, or none in JSON`, { cause: failure });
  }
  const read = discoverySchema.safeParse(document);
  if (!read.success || read.data.issuer.replace(/\/$/, '') !== issuer.replace(/\/$/, ''))
    throw new ServiceError('OIDC_UNAVAILABLE', `${doing}: it is not the document of this issuer`);
  return read.data.jwks_uri;
}

function asServiceError(failure: unknown, issuer: string): unknown {
  if (failure instanceof ServiceError) return failure;
  const isOfKeys =
    failure instanceof errors.JWKSTimeout ||
    failure instanceof errors.JWKSInvalid ||
    // A key set that answers otherwise than 200, or with something else than JSON, is told by the base class alone.
    (failure instanceof errors.JOSEError && failure.code === 'ERR_JOSE_GENERIC') ||
    (failure instanceof TypeError && failure.message === 'fetch failed');
  if (isOfKeys)
    return new ServiceError('OIDC_UNAVAILABLE', `reading the keys of ${issuer}: no good answer`, { cause: failure });
  // The words of the library name claims and reasons, never the token.
  return failure instanceof errors.JOSEError ? refused(failure.message) : failure;
}

function refused(why: string): ServiceError {
  return new ServiceError('NOT_SIGNED_IN', `reading a signed token: ${why}`);
}

/** A list, or one text with commas or spaces between. */
function groupsIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.filter((one): one is string => typeof one === 'string');
  return typeof value === 'string' ? value.split(/[\s,]+/).filter((one) => one !== '') : [];
}
