import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { httpRig, NOW_MS } from '../../../../test/support/http-rig.ts';
import type { AccessSettings } from '../../../config/serve-settings.ts';

type Oidc = NonNullable<AccessSettings['oidc']>;

const state = { isDown: false, wrongIssuer: false, asked: [] as string[] };
let issuer = '';
let keys: Awaited<ReturnType<typeof generateKeyPair>>;
let strangers: Awaited<ReturnType<typeof generateKeyPair>>;
const server = createServer(async (request, response) => {
  state.asked.push(request.url ?? '');
  if (state.isDown) return void response.writeHead(500).end('down');
  const document = request.url?.endsWith('/keys')
    ? { keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' }] }
    : { issuer: state.wrongIssuer ? 'https://evil.example' : issuer, jwks_uri: `${issuer}/keys` };
  response.setHeader('content-type', 'application/json').end(JSON.stringify(document));
});

beforeAll(async () => {
  [keys, strangers] = await Promise.all([generateKeyPair('RS256'), generateKeyPair('RS256')]);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());
beforeEach(() => {
  Object.assign(state, { isDown: false, wrongIssuer: false, asked: [] });
});

const nowSeconds = NOW_MS / 1000;

interface Made {
  readonly claims?: JWTPayload;
  readonly by?: string;
  readonly exp?: number;
  readonly key?: CryptoKey;
  readonly aud?: string;
}

async function tokenOf({
  claims = {},
  by = issuer,
  exp = nowSeconds + 60,
  key = keys.privateKey,
  aud = 'winnow',
}: Made = {}) {
  return await new SignJWT({ email: 'eve@example.org', groups: ['team', 'ops'], ...claims })
    .setProtectedHeader({ alg: 'RS256', kid: 'k1' })
    .setIssuer(by)
    .setAudience(aud)
    .setExpirationTime(exp)
    .sign(key);
}

function rigWith(change: Partial<Oidc> = {}) {
  return httpRig({
    access: {
      oidc: {
        ...{ issuer, audience: 'winnow', header: 'Authorization', userClaim: 'email', groupsClaim: 'groups' },
        roles: { team: 'viewer', ops: 'approver' },
        ...change,
      },
    },
  });
}

const elsewhere = { peer: '192.0.2.1' };

async function who(token: string, change: Partial<Oidc> = {}, header = 'Authorization') {
  const value = header === 'Authorization' ? `Bearer ${token}` : token;
  const answer = await rigWith(change).ask('/api/v1/me', { headers: { [header]: value }, ...elsewhere });
  const text = await answer.text();
  expect(text).not.toContain(token);
  return answer.status === 200 ? JSON.parse(text) : { status: answer.status, ...JSON.parse(text) };
}

describe('signed tokens', () => {
  test('tell who asks, by keys that the issuer names', async () => {
    expect(await who(await tokenOf())).toEqual({ name: 'eve@example.org', role: 'approver', signedInBy: 'oidc' });
    expect(state.asked).toEqual(['/.well-known/openid-configuration', '/keys']);
  });

  test('are checked by the same keys again, without asking', async () => {
    const { ask } = rigWith({ jwksUrl: `${issuer}/keys` });
    for (let n = 0; n < 3; n += 1) {
      const answer = await ask('/api/v1/me', { headers: { Authorization: `Bearer ${await tokenOf()}` }, ...elsewhere });
      expect(answer.status).toBe(200);
    }

    expect(state.asked).toEqual(['/keys']);
  });

  test('may come alone in a header of a proxy', async () => {
    expect(await who(await tokenOf(), { header: 'X-Auth-Request-Id-Token' }, 'X-Auth-Request-Id-Token')).toMatchObject({
      name: 'eve@example.org',
    });
  });

  test('may list groups as one text', async () => {
    expect(await who(await tokenOf({ claims: { groups: 'ops, x' } }))).toMatchObject({ role: 'approver' });
  });

  test('a clock may be half a minute off', async () => {
    expect(await who(await tokenOf({ exp: nowSeconds - 20 }))).toMatchObject({ name: 'eve@example.org' });
  });

  test.each<readonly [string, () => Promise<string>]>([
    ['that are over', () => tokenOf({ exp: nowSeconds - 31 })],
    ['of another issuer', () => tokenOf({ by: 'https://evil.example' })],
    ['for somebody else', () => tokenOf({ aud: 'grafana' })],
    ['by another key', () => tokenOf({ key: strangers.privateKey })],
    ['without a name', () => tokenOf({ claims: { email: undefined } })],
    ['without a role', () => tokenOf({ claims: { groups: ['other', '*'] } })],
    ['without groups', () => tokenOf({ claims: { groups: { ops: true } } })],
    [
      'that nobody signed',
      async () =>
        new UnsecuredJWT({ email: 'x' })
          .setIssuer(issuer)
          .setAudience('winnow')
          .setExpirationTime(nowSeconds + 9)
          .encode(),
    ],
    [
      'signed by a shared secret',
      () =>
        new SignJWT({ email: 'x', groups: ['ops'] })
          .setProtectedHeader({ alg: 'HS256', kid: 'k1' })
          .setIssuer(issuer)
          .setAudience('winnow')
          .setExpirationTime(nowSeconds + 60)
          .sign(new TextEncoder().encode('x'.repeat(32))),
    ],
    [
      'without an end',
      () =>
        new SignJWT({ email: 'x', groups: ['ops'] })
          .setProtectedHeader({ alg: 'RS256', kid: 'k1' })
          .setIssuer(issuer)
          .setAudience('winnow')
          .sign(keys.privateKey),
    ],
    [
      'that were changed',
      async () => (await tokenOf()).replace(/\.[^.]+\./, `.${Buffer.from('{}').toString('base64url')}.`),
    ],
  ])('%s are refused', async (_, make) => {
    const answer = await who(await make());

    expect([answer.status, answer.code]).toEqual([401, 'NOT_SIGNED_IN']);
  });

  test('can not be checked while the issuer is gone, and can again when it is back', async () => {
    const { ask } = rigWith();
    const send = async () =>
      await ask('/api/v1/me', { headers: { Authorization: `Bearer ${await tokenOf()}` }, ...elsewhere });
    state.isDown = true;

    const answer = await send();
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([503, 'OIDC_UNAVAILABLE']);
    state.isDown = false;
    expect((await send()).status).toBe(200);
  });

  test('can not be checked by the document of another issuer', async () => {
    state.wrongIssuer = true;

    expect((await who(await tokenOf())).code).toBe('OIDC_UNAVAILABLE');
  });
});
