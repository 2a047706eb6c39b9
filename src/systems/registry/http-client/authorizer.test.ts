import { mkdirSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { atEnd } from '../../../../test/support/at-end.ts';
import {
  type AskedRequest,
  type ScriptedServer,
  startScriptedServer,
} from '../../../../test/support/scripted-server.ts';
import { makeTempFolder } from '../../../../test/support/temp-folder.ts';
import { fetchToken } from './bearer-token.ts';
import type { Call } from './exchange.ts';
import { openTransport, type TransportSettings } from './transport.ts';
import type { Access, OpenTransport, RegistryRequest } from './transport-contract.ts';

const signal = new AbortController().signal;
const PASSWORD = 'hunter2-and-more';
const BASIC = `Basic ${Buffer.from(`me:${PASSWORD}`).toString('base64')}`;
const ME = { username: 'me', password: PASSWORD };

function asking(access: Access = 'pull', repository: string | undefined = 'team/app'): RegistryRequest {
  const path = repository === undefined ? '/v2/_catalog' : `/v2/${repository}/tags/list`;
  return {
    method: 'GET',
    path,
    access,
    ...(repository === undefined ? {} : { repository }),
    maxBytes: 1000,
    doing: 'reading',
  };
}

async function open(url: string, settings: Partial<TransportSettings> = {}): Promise<OpenTransport> {
  const transport = await openTransport({ url, env: {}, random: () => 0, timeoutMs: 5000, ...settings }, signal);
  atEnd(() => transport.close());
  return transport;
}

/** Hands out `token-1`, `token-2` … unless the test answers itself. */
function tokenService(
  answer: (request: AskedRequest, nth: number) => object | number = (_, nth) => ({ token: `token-${nth}` }),
) {
  let nth = 0;
  return startScriptedServer((request, response) => {
    const said = answer(request, ++nth);
    if (typeof said === 'number') response.writeHead(said, { 'content-type': 'application/json' }).end('{}');
    else response.end(JSON.stringify(said));
  });
}

/** A registry that lets in whom `isAccepted` says, and sends all others to the token service. */
function bearerRegistry(
  tokens: ScriptedServer,
  isAccepted: (authorization: string, request: AskedRequest) => boolean,
  scopeFor: (request: AskedRequest) => string | undefined = () => undefined,
) {
  return startScriptedServer((request, response) => {
    const { authorization = '' } = request.headers as { authorization?: string };
    if (authorization !== '' && isAccepted(authorization, request)) return void response.end('in');
    const scope = scopeFor(request);
    const challenge = `Bearer realm="${tokens.url}/token?client=x",service="our registry"${scope === undefined ? '' : `,scope="${scope}"`}`;
    return refuse(response, challenge);
  });
}

function refuse(response: ServerResponse, challenge: string | readonly string[]): void {
  response.writeHead(401, { 'www-authenticate': challenge as string, 'content-type': 'application/json' });
  response.end('{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}');
}

const scopesAsked = (tokens: ScriptedServer) =>
  tokens.requests.map(({ path }) => new URL(path, 'http://t').searchParams.get('scope'));

describe('a registry with Basic authentication', () => {
  const basicRegistry = () =>
    startScriptedServer(({ headers }, response) => {
      if (headers['authorization'] === BASIC) response.end('in');
      else refuse(response, 'Basic realm="r"');
    });

  test('gets user and password with each request, once it asked for them', async () => {
    const server = await basicRegistry();
    const transport = await open(server.url, ME);

    await transport.send(asking(), signal);
    await transport.send(asking(), signal);

    expect(server.requests.map(({ path, headers }) => [path, headers['authorization']])).toEqual([
      ['/', undefined],
      ['/healthz', undefined],
      ['/v2/', undefined],
      ['/v2/team/app/tags/list', BASIC],
      ['/v2/team/app/tags/list', BASIC],
    ]);
  });

  test('that lets anybody look at /v2/ is understood at its first refusal', async () => {
    const server = await startScriptedServer(({ path, headers }, response) => {
      if (path === '/v2/' || headers['authorization'] === BASIC) response.end('in');
      else refuse(response, ['Negotiate', 'Basic realm="r"']);
    });
    const transport = await open(server.url, ME);

    expect((await transport.send(asking(), signal)).status).toBe(200);
    expect(transport.stats.requests).toBe(2);
  });

  test('that does not accept them is asked no second time, and the source is told', async () => {
    const server = await basicRegistry();
    const transport = await open(server.url, { username: 'me', password: 'wrong-password' });

    const failure = await transport.send(asking(), signal).catch((error) => error);

    expect(failure).toMatchObject({
      code: 'REGISTRY_UNAUTHORIZED',
      message: expect.stringContaining('the credentials of the settings were not accepted'),
      specCodes: ['UNAUTHORIZED'],
    });
    expect(failure.message).not.toContain('wrong-password');
    expect(transport.stats.requests).toBe(1);
  });

  test('is told where credentials were looked for, when there are none', async () => {
    const server = await basicRegistry();
    const transport = await open(server.url, { env: { HOME: '/nonexistent' } });

    await expect(transport.send(asking(), signal)).rejects.toMatchObject({
      code: 'REGISTRY_UNAUTHORIZED',
      message: expect.stringContaining(
        `no credentials for ${server.host} were found (searched: /nonexistent/.docker/config.json)`,
      ),
    });
  });

  test('gets another user for another part of the repositories', async () => {
    const users: string[] = [];
    const server = await startScriptedServer(({ path, headers }, response) => {
      const [, user = ''] =
        Buffer.from(String(headers['authorization']).slice(6), 'base64')
          .toString()
          .match(/^(.*):/) ?? [];
      users.push(`${path} ${user}`);
      if (path === '/v2/') refuse(response, 'Basic realm="r"');
      else response.end();
    });
    const folder = makeTempFolder('docker');
    const auth = (user: string) => ({ auth: Buffer.from(`${user}:pw`).toString('base64') });
    writeFileSync(
      join(folder, 'config.json'),
      JSON.stringify({ auths: { [server.host]: auth('all'), [`${server.host}/team`]: auth('team') } }),
    );
    const transport = await open(server.url, { env: { DOCKER_CONFIG: folder } });

    await transport.send(asking('pull', 'team/app'), signal);
    await transport.send(asking('pull', 'other'), signal);

    expect(users.slice(-2)).toEqual(['/v2/team/app/tags/list team', '/v2/other/tags/list all']);
  });

  test('cannot be entered with an identity token', async () => {
    const server = await basicRegistry();
    const folder = makeTempFolder('docker');
    writeFileSync(
      join(folder, 'config.json'),
      JSON.stringify({ auths: { [server.host]: { identitytoken: 'idtoken' } } }),
    );
    const transport = await open(server.url, { env: { DOCKER_CONFIG: folder } });

    await expect(transport.send(asking(), signal)).rejects.toThrow(/hold a token, and the registry wants a user/);
  });

  test('that may be refused as an answer hands its refusal over', async () => {
    const server = await basicRegistry();
    const transport = await open(server.url);

    expect((await transport.send({ ...asking(), accept: [401] }, signal)).status).toBe(401);
  });

  test('with a scheme that is not known here is told as that', async () => {
    const server = await startScriptedServer((_, response) => refuse(response, 'Negotiate'));
    const transport = await open(server.url, ME);

    await expect(transport.send(asking(), signal)).rejects.toThrow(
      /it wants negotiate, and only Basic and Bearer are known/,
    );
  });
});

describe('a registry with a token service', () => {
  test('is entered with a token for service and scope, asked for with user and password', async () => {
    const tokens = await tokenService();
    const server = await bearerRegistry(tokens, (authorization) => authorization === 'Bearer token-1');
    const transport = await open(server.url, ME);

    expect((await transport.send(asking(), signal)).status).toBe(200);

    const [asked] = tokens.requests;
    const { pathname, searchParams } = new URL(asked?.path ?? '', tokens.url);
    expect(pathname).toBe('/token');
    expect(Object.fromEntries(searchParams)).toEqual({
      client: 'x',
      service: 'our registry',
      scope: 'repository:team/app:pull',
    });
    expect(asked?.headers['authorization']).toBe(BASIC);
    expect(server.requests.every(({ headers }) => headers['authorization'] !== BASIC)).toBe(true);
  });

  test('is entered with an anonymous token where there are no credentials', async () => {
    const tokens = await tokenService(() => ({ access_token: 'anonymous' }));
    const server = await bearerRegistry(tokens, (authorization) => authorization === 'Bearer anonymous');
    const transport = await open(server.url);

    expect((await transport.send(asking(), signal)).status).toBe(200);
    expect(tokens.requests[0]?.headers).not.toHaveProperty('authorization');
  });

  test('gets a token for each scope, and each only once', async () => {
    const tokens = await tokenService();
    const server = await bearerRegistry(tokens, () => true);
    const transport = await open(server.url, ME);

    for (const access of ['pull', 'pull', 'push', 'delete', 'delete'] as const)
      await transport.send(asking(access), signal);
    await transport.send(asking('pull', 'other'), signal);
    await transport.send({ ...asking('catalog'), path: '/v2/_catalog' }, signal);

    expect(scopesAsked(tokens)).toEqual([
      'repository:team/app:pull',
      'repository:team/app:pull,push',
      'repository:team/app:delete',
      'repository:other:pull',
      'registry:catalog:*',
    ]);
  });

  test('shares one token request among all that wait for it', async () => {
    const tokens = await startScriptedServer((_, response) => void setTimeout(() => response.end('{"token":"t"}'), 50));
    const server = await bearerRegistry(tokens, () => true);
    const transport = await open(server.url, { ...ME, concurrency: 8 });

    await Promise.all(Array.from({ length: 30 }, () => transport.send(asking(), signal)));

    expect(tokens.requests).toHaveLength(1);
  });

  test('a stop of one that waits for a token does not end the wait of the others', async () => {
    const tokens = await startScriptedServer(
      (_, response) => void setTimeout(() => response.end('{"token":"t"}'), 100),
    );
    const server = await bearerRegistry(tokens, () => true);
    const transport = await open(server.url, ME);
    const stop = new AbortController();

    const stopped = transport.send(asking(), stop.signal);
    const other = transport.send(asking(), signal);
    setTimeout(() => stop.abort(new Error('stopped')), 20);

    await expect(stopped).rejects.toThrow('stopped');
    expect((await other).status).toBe(200);
    expect(tokens.requests).toHaveLength(1);
  });

  test('gets a new token before the old one is over', async () => {
    let nowMs = Date.now();
    const tokens = await tokenService((_, nth) => ({ token: `token-${nth}`, expires_in: 300 }));
    const server = await bearerRegistry(tokens, () => true);
    const transport = await open(server.url, { ...ME, now: () => nowMs });
    const sendAfter = async (ms: number) => {
      nowMs += ms;
      await transport.send(asking(), signal);
      return server.requests.at(-1)?.headers['authorization'];
    };

    expect(await sendAfter(0)).toBe('Bearer token-1');
    expect(await sendAfter(260_000)).toBe('Bearer token-1');
    expect(await sendAfter(20_000)).toBe('Bearer token-2');
  });

  test('takes a token without a lifetime for one of 60 s', async () => {
    let nowMs = Date.now();
    const tokens = await tokenService();
    const server = await bearerRegistry(tokens, () => true);
    const transport = await open(server.url, { ...ME, now: () => nowMs });

    await transport.send(asking(), signal);
    nowMs += 40_000;
    await transport.send(asking(), signal);
    expect(tokens.requests).toHaveLength(1);
    nowMs += 20_000;
    await transport.send(asking(), signal);
    expect(tokens.requests).toHaveLength(2);
  });

  test('that refuses a token gets one more, and only one', async () => {
    const tokens = await tokenService();
    const server = await bearerRegistry(tokens, (authorization) => authorization === 'Bearer token-2');
    const transport = await open(server.url, ME);

    expect((await transport.send(asking(), signal)).status).toBe(200);
    expect(tokens.requests).toHaveLength(2);
  });

  test('that refuses the renewed token, too, is not asked again', async () => {
    const tokens = await tokenService();
    const server = await bearerRegistry(tokens, () => false);
    const transport = await open(server.url, ME);

    const failure = await transport.send(asking(), signal).catch((error) => error);

    expect(failure).toMatchObject({
      code: 'REGISTRY_UNAUTHORIZED',
      message: expect.stringContaining('were not accepted'),
    });
    expect(tokens.requests).toHaveLength(2);
    expect(server.lines().filter((line) => line.endsWith('/tags/list'))).toHaveLength(2);
  });

  test('that revokes a token in use gets a renewed one for all that follow', async () => {
    let valid = 'Bearer token-1';
    const tokens = await tokenService();
    const server = await bearerRegistry(tokens, (authorization) => authorization === valid);
    const transport = await open(server.url, ME);
    await transport.send(asking(), signal);

    valid = 'Bearer token-2';
    await Promise.all(Array.from({ length: 10 }, () => transport.send(asking(), signal)));

    expect(tokens.requests).toHaveLength(2);
  });

  test('that names another scope for what is asked gets it, then and from then on', async () => {
    const tokens = await tokenService(({ path }) => ({
      token: path.includes('%3A*') || path.includes(':*') ? 'all' : 'too-little',
    }));
    const server = await bearerRegistry(
      tokens,
      (authorization) => authorization === 'Bearer all',
      ({ path }) => (path === '/v2/' ? 'repository:placeholder:pull' : 'repository:team/app:*'),
    );
    const transport = await open(server.url, ME);

    await transport.send(asking('delete'), signal);
    await transport.send(asking('delete'), signal);

    expect(scopesAsked(tokens)).toEqual(['repository:team/app:delete', 'repository:team/app:*']);
    expect(transport.stats.requests).toBe(5);
  });

  test('gets an identity token exchanged by POST', async () => {
    const tokens = await tokenService(() => ({ access_token: 'exchanged', refresh_token: 'idtoken' }));
    const server = await bearerRegistry(tokens, (authorization) => authorization === 'Bearer exchanged');
    const folder = makeTempFolder('docker');
    writeFileSync(
      join(folder, 'config.json'),
      JSON.stringify({ auths: { [server.host]: { identitytoken: 'idtoken&x' } } }),
    );
    const transport = await open(server.url, { env: { DOCKER_CONFIG: folder } });

    expect((await transport.send(asking(), signal)).status).toBe(200);

    const [asked] = tokens.requests;
    expect(asked).toMatchObject({ method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' } });
    expect(Object.fromEntries(new URLSearchParams(asked?.body))).toEqual({
      grant_type: 'refresh_token',
      client_id: 'winnow',
      service: 'our registry',
      scope: 'repository:team/app:pull',
      refresh_token: 'idtoken&x',
    });
  });

  test('gets a registry token as it is', async () => {
    const tokens = await tokenService();
    const server = await bearerRegistry(tokens, (authorization) => authorization === 'Bearer regtoken');
    const folder = makeTempFolder('docker');
    writeFileSync(
      join(folder, 'config.json'),
      JSON.stringify({ auths: { [server.host]: { registrytoken: 'regtoken' } } }),
    );
    const transport = await open(server.url, { env: { DOCKER_CONFIG: folder } });

    expect((await transport.send(asking(), signal)).status).toBe(200);
    expect(tokens.requests).toEqual([]);
  });

  test('with a service that is not there for the moment is asked again', async () => {
    const tokens = await tokenService((_, nth) => (nth === 1 ? 503 : { token: 't' }));
    const server = await bearerRegistry(tokens, () => true);
    const transport = await open(server.url, ME);

    expect((await transport.send(asking(), signal)).status).toBe(200);
  });

  test.each([401, 403, 404, 400])(
    'with a service that refuses with %i is "unauthorized", and never "not found"',
    async (status) => {
      const tokens = await tokenService(() => status);
      const server = await bearerRegistry(tokens, () => true);
      const transport = await open(server.url, ME);

      await expect(transport.send({ ...asking(), accept: [404] }, signal)).rejects.toMatchObject({
        code: 'REGISTRY_UNAUTHORIZED',
        message: expect.stringMatching(
          /getting a token for repository:team\/app:pull: GET .*with the credentials of the settings/,
        ),
        status,
      });
    },
  );

  test('tries again after a token request that failed', async () => {
    const tokens = await tokenService((_, nth) => (nth === 1 ? 401 : { token: 't' }));
    const server = await bearerRegistry(tokens, () => true);
    const transport = await open(server.url, ME);

    await expect(transport.send(asking(), signal)).rejects.toMatchObject({ code: 'REGISTRY_UNAUTHORIZED' });
    expect((await transport.send(asking(), signal)).status).toBe(200);
  });

  test.each([
    ['no JSON', 'token=hunter3', 'not JSON'],
    ['no token', '{"expires_in":60}', 'no usable token'],
    ['a token that is none', '{"token":"hunter3\\r\\nx: y"}', 'no usable token'],
    ['a list', '[]', 'no usable token'],
  ])('with a service that answers with %s is a bad answer', async (_, body, why) => {
    const tokens = await startScriptedServer((_request, response) => void response.end(body));
    const server = await bearerRegistry(tokens, () => true);
    const transport = await open(server.url, ME);

    const failure = await transport.send(asking(), signal).catch((error) => error);

    expect(failure).toMatchObject({ code: 'REGISTRY_BAD_ANSWER', message: expect.stringContaining(why) });
    expect(`${failure.message}${failure.cause}`).not.toContain('hunter3');
  });

  test('closing ends a token request under way', async () => {
    const tokens = await startScriptedServer(() => {});
    const server = await bearerRegistry(tokens, () => true);
    const transport = await open(server.url, { ...ME, timeoutMs: 60_000 });
    const asked = transport.send(asking(), signal);
    const failed = expect(asked).rejects.toThrow('was closed');
    while (tokens.requests.length === 0) await sleep(5);

    await transport.close();

    await failed;
  });
});

describe('the token realm', () => {
  const found = { credential: { username: 'me', password: PASSWORD }, source: 'the settings' };
  const perform = async (_: Call) => ({ status: 200, headers: {}, bytes: Buffer.from('{"token":"t"}') });
  const ask = (realm: string, security: 'verified' | 'unverified' | 'plain', credential: typeof found | undefined) =>
    fetchToken({ realm, service: 's', scope: 'x', found: credential }, { security, perform, now: Date.now }, signal);

  test('gets no credentials over plain HTTP, the registry being reached securely', async () => {
    const failure = await ask('http://auth.example.com/token', 'verified', found).catch((error) => error);

    expect(failure).toMatchObject({
      code: 'REGISTRY_TOKEN_REALM_REFUSED',
      message: expect.stringContaining('auth.example.com'),
    });
    expect(failure.message).not.toContain(PASSWORD);
  });

  test('may be plain HTTP for an anonymous token, and where the registry itself is insecure', async () => {
    expect((await ask('http://auth.example.com/token', 'verified', undefined)).token).toBe('t');
    expect((await ask('http://auth.example.com/token', 'plain', found)).token).toBe('t');
    expect((await ask('http://auth.example.com/token', 'unverified', found)).token).toBe('t');
  });

  test.each(['', '/token', 'ftp://auth.example.com/', 'file:///etc/passwd', 'javascript:alert(1)'])(
    '%j is none',
    async (realm) => {
      await expect(ask(realm, 'plain', found)).rejects.toMatchObject({ code: 'REGISTRY_TOKEN_REALM_REFUSED' });
    },
  );

  test('may hand out a token that it issued earlier, whose age counts by its own clock', async () => {
    const nowMs = Date.parse('2030-01-01T00:00:00Z');
    const body = { token: 't', expires_in: 300, issued_at: '2026-01-02T03:00:00Z' };
    const answer = {
      status: 200,
      headers: { date: 'Fri, 02 Jan 2026 03:04:00 GMT' },
      bytes: Buffer.from(JSON.stringify(body)),
    };

    const { useUntilMs } = await fetchToken(
      { realm: 'https://a/token', service: undefined, scope: undefined, found: undefined },
      { security: 'verified', perform: async () => answer, now: () => nowMs },
      signal,
    );

    expect(useUntilMs - nowMs).toBe(45_000);
  });
});

describe('what doctor is told', () => {
  test('names scheme, user and source, and no secret', async () => {
    const tokens = await tokenService();
    const server = await bearerRegistry(tokens, () => true);
    const home = makeTempFolder('home');
    mkdirSync(join(home, '.docker'));
    const file = join(home, '.docker/config.json');
    writeFileSync(
      file,
      JSON.stringify({ auths: { [server.host]: { auth: Buffer.from(`me:${PASSWORD}`).toString('base64') } } }),
    );
    const transport = await open(server.url, { env: { HOME: home } });

    const described = await transport.describeAuth();

    expect(described).toEqual({
      scheme: 'bearer',
      realm: `${tokens.url}/token?client=***`,
      credential: 'password',
      username: 'me',
      source: `${file}, auths of ${server.host}`,
      searched: [file],
    });
  });

  test('is told of tokens by their kind, and of nothing', async () => {
    const server = await startScriptedServer((_, response) => response.end());

    expect(await (await open(server.url)).describeAuth()).toEqual({ scheme: 'none', credential: 'none', searched: [] });
  });
});

test('no failure repeats a secret, even where the server does', async () => {
  const tokens = await tokenService(() => ({ token: 'bearer-secret' }));
  const server = await startScriptedServer(({ path, headers }, response) => {
    if (path === '/v2/') return refuse(response, `Bearer realm="${tokens.url}"`);
    const message = `you sent ${headers['authorization']}, that is ${PASSWORD} or bearer-secret`;
    return void response.writeHead(400).end(JSON.stringify({ errors: [{ code: 'BAD', message }] }));
  });
  const transport = await open(server.url, ME);

  const failure = await transport.send(asking(), signal).catch((error) => error);

  const told = [failure.message, failure.hint, String(failure.cause), failure.request, ...failure.specCodes].join(' ');
  expect(told).toContain('you sent');
  for (const secret of [PASSWORD, BASIC.slice(6), 'bearer-secret']) expect(told).not.toContain(secret);
});
