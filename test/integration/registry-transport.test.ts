import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { openTransport, type TransportSettings } from '../../src/systems/registry/http-client/transport.ts';
import type {
  Access,
  OpenTransport,
  RegistryRequest,
} from '../../src/systems/registry/http-client/transport-contract.ts';
import { atEnd } from '../support/at-end.ts';
import { type Certificates, makeCertificates } from '../support/certificates.ts';
import { type DockerRegistry, startDockerRegistry } from '../support/docker-registry.ts';
import { describeReal } from '../support/requirements.ts';
import { makeTempFolder } from '../support/temp-folder.ts';
import { startTokenService } from '../support/token-service.ts';

const signal = new AbortController().signal;
const ME = { username: 'winnow', password: 'correct horse battery' };

async function open(url: string, settings: Partial<TransportSettings> = {}): Promise<OpenTransport> {
  const transport = await openTransport({ url, env: {}, ...settings }, signal);
  atEnd(() => transport.close());
  return transport;
}

function asking(
  method: RegistryRequest['method'],
  path: string,
  access: Access,
  changes: Partial<RegistryRequest> = {},
): RegistryRequest {
  const repository = access === 'catalog' ? {} : { repository: 'team/app' };
  return { method, path, access, ...repository, maxBytes: 1 << 20, doing: `${method} ${path}`, ...changes };
}

/** Uploads a blob in the way of the specification, reads it, and deletes it: every kind of request. */
async function roundTrip(transport: OpenTransport): Promise<string> {
  const digest = 'sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae';
  const started = await transport.send(asking('POST', '/v2/team/app/blobs/uploads/', 'push'), signal);
  const { pathname, searchParams } = new URL(started.headers['location'] ?? '', transport.url);
  searchParams.set('digest', digest);
  const body = Buffer.from('foo');
  await transport.send(asking('PUT', `${pathname}?${searchParams}`, 'push', { body }), signal);
  const read = await transport.send(asking('GET', `/v2/team/app/blobs/${digest}`, 'pull'), signal);
  const deleted = await transport.send(asking('DELETE', `/v2/team/app/blobs/${digest}`, 'delete'), signal);
  const again = await transport.send(asking('HEAD', `/v2/team/app/blobs/${digest}`, 'pull', { accept: [404] }), signal);
  return `${started.status} ${Buffer.from(read.bytes)} ${deleted.status} ${again.status}`;
}

describeReal('a real registry with TLS and htpasswd', ['docker-registry', 'openssl', 'perl'], () => {
  let certificates: Certificates;
  let registry: DockerRegistry;
  beforeAll(async () => {
    certificates = await makeCertificates();
    registry = await startDockerRegistry({ tls: certificates, auth: ME });
  });

  test('is reached, verified, and used with user and password', async () => {
    const transport = await open(registry.host, { caFile: certificates.caFile, ...ME });

    expect(transport).toMatchObject({ url: registry.url, host: registry.host, security: 'verified' });
    expect(await roundTrip(transport)).toBe('202 foo 202 404');
    expect(Math.abs(transport.clockSkewMs() ?? Number.NaN)).toBeLessThan(2000);
    expect(transport.stats.retries).toBe(0);
  });

  test("is used with the credentials of docker's configuration", async () => {
    const home = makeTempFolder('home');
    mkdirSync(join(home, '.docker'));
    const auth = Buffer.from(`${ME.username}:${ME.password}`).toString('base64');
    writeFileSync(
      join(home, '.docker/config.json'),
      JSON.stringify({ auths: { [`https://${registry.host}/v2/`]: { auth } } }),
    );
    const transport = await open(registry.url, { caFile: certificates.caFile, env: { HOME: home } });

    expect((await transport.send(asking('GET', '/v2/_catalog', 'catalog'), signal)).status).toBe(200);
    expect(await transport.describeAuth()).toMatchObject({
      scheme: 'basic',
      credential: 'password',
      username: ME.username,
    });
  });

  test('refuses a wrong password, and the failure tells whose it was and not what it was', async () => {
    const transport = await open(registry.url, {
      caFile: certificates.caFile,
      username: ME.username,
      password: 'wrong horse',
    });

    const failure = await transport.send(asking('GET', '/v2/_catalog', 'catalog'), signal).catch((error) => error);

    expect(failure).toMatchObject({ code: 'REGISTRY_UNAUTHORIZED', specCodes: ['UNAUTHORIZED'] });
    expect(`${failure.message} ${failure.hint}`).not.toContain('wrong horse');
  });

  test('is not trusted with another authority', async () => {
    const other = await makeCertificates();

    await expect(open(registry.host, { caFile: other.caFile })).rejects.toMatchObject({
      code: 'REGISTRY_TLS_UNTRUSTED',
    });
  });

  test('says that it speaks TLS when it is asked by plain HTTP', async () => {
    await expect(open(`http://${registry.host}`)).rejects.toMatchObject({ code: 'REGISTRY_SPEAKS_TLS' });
  });

  test('is reached again after a restart, in the middle of a run', async () => {
    const transport = await open(registry.url, { caFile: certificates.caFile, ...ME });
    await transport.send(asking('GET', '/v2/_catalog', 'catalog'), signal);
    await registry.restart();

    expect((await transport.send(asking('GET', '/v2/_catalog', 'catalog'), signal)).status).toBe(200);
  });
});

describeReal('a real registry with a token service', ['docker-registry', 'openssl'], () => {
  test('accepts the scopes that are asked for, for every kind of request', async () => {
    const tokens = await startTokenService(ME);
    const registry = await startDockerRegistry({ auth: { token: tokens.token } });
    const transport = await open(registry.host, ME);

    expect(await roundTrip(transport)).toBe('202 foo 202 404');
    expect((await transport.send(asking('GET', '/v2/_catalog', 'catalog'), signal)).status).toBe(200);
    expect(tokens.requests.map(({ scopes }) => scopes.join(' '))).toEqual([
      'repository:team/app:pull,push',
      'repository:team/app:pull',
      'repository:team/app:delete',
      'registry:catalog:*',
    ]);
  });

  test('that grants less than was asked for is unauthorized', async () => {
    const grant = (_: string, actions: readonly string[]) => actions.filter((action) => action === 'pull');
    const tokens = await startTokenService({ ...ME, grant });
    const registry = await startDockerRegistry({ auth: { token: tokens.token } });
    const transport = await open(registry.host, ME);

    await expect(
      transport.send(asking('DELETE', `/v2/team/app/manifests/sha256:${'0'.repeat(64)}`, 'delete'), signal),
    ).rejects.toMatchObject({ code: 'REGISTRY_UNAUTHORIZED' });
    expect(tokens.requests).toHaveLength(2);
  });
});

describeReal('a real registry by plain HTTP', ['docker-registry'], () => {
  test('is reached on loopback without a word, and by its scheme', async () => {
    const registry = await startDockerRegistry();

    expect(await open(registry.host)).toMatchObject({ url: registry.url, security: 'plain' });
    expect(await open(registry.url)).toMatchObject({ url: registry.url, security: 'plain' });
    await expect(open(`https://${registry.host}`)).rejects.toMatchObject({ code: 'REGISTRY_PLAIN_HTTP' });
  });
});
