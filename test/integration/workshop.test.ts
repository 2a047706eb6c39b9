import { createHash } from 'node:crypto';
import { readdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeCertificates } from '../support/certificates.ts';
import { spawnTied } from '../support/child.ts';
import { startDockerRegistry } from '../support/docker-registry.ts';
import { type Fault, startFaultProxy } from '../support/fault-proxy.ts';
import { startPostgres } from '../support/postgres.ts';
import { digestOf, pushCosignSignature, pushImage, pushIndex, pushReferrer } from '../support/push-image.ts';
import { describeReal, findProgram, requires } from '../support/requirements.ts';
import { bundle } from '../support/run-typescript.ts';
import { skopeo } from '../support/skopeo.ts';
import { makeTempFolder } from '../support/temp-folder.ts';
import { startTokenService } from '../support/token-service.ts';

describeReal('the test registry', ['docker-registry', 'openssl'], () => {
  test('serves on loopback from its own folder, keeps port and content over a restart, and stops', async () => {
    const registry = await startDockerRegistry();
    const upload = await fetch(`${registry.url}/v2/team/app/blobs/uploads/`, { method: 'POST' });
    const body = 'hello';
    const digest = `sha256:${createHash('sha256').update(body).digest('hex')}`;
    const put = await fetch(`${upload.headers.get('location')}&digest=${digest}`, { method: 'PUT', body });

    await registry.restart({ readOnly: true });
    const kept = await fetch(`${registry.url}/v2/team/app/blobs/${digest}`);
    const refused = await fetch(`${registry.url}/v2/team/app/blobs/uploads/`, { method: 'POST' });
    await registry.stop();

    expect(put.status).toBe(201);
    expect(await kept.text()).toBe(body);
    expect(refused.status).toBe(405);
    expect(readdirSync(`${registry.folder}/docker/registry/v2`).sort()).toEqual(['blobs', 'repositories']);
    await expect(fetch(`${registry.url}/v2/`)).rejects.toThrow();
  });

  test('asks for the password that it was given', async () => {
    const registry = await startDockerRegistry({ auth: { username: 'ann', password: 's3cret' } });
    const ask = (password: string) =>
      fetch(`${registry.url}/v2/`, { headers: { authorization: `Basic ${btoa(`ann:${password}`)}` } });

    expect((await fetch(`${registry.url}/v2/`)).status).toBe(401);
    expect((await ask('wrong')).status).toBe(401);
    expect((await ask('s3cret')).status).toBe(200);
  });

  test('serves HTTPS with a certificate that its authority vouches for', async () => {
    const tls = await makeCertificates();
    const registry = await startDockerRegistry({ tls });
    const status = (ca: string | undefined) =>
      new Promise<number | string>((resolve) => {
        request(`${registry.url}/v2/`, ca === undefined ? {} : { ca }, (answer) => resolve(answer.statusCode ?? 0))
          .once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
          .end();
      });

    expect(await status(tls.ca)).toBe(200);
    expect(await status(undefined)).toMatch(/UNABLE_TO_VERIFY|SELF_SIGNED|UNABLE_TO_GET/);
  });
});

describeReal('the test database', ['postgres', 'initdb', 'openssl'], () => {
  test('answers SQL, survives a crash, and stops', async () => {
    const database = await startPostgres();
    const rows = await database.sql(
      `create table orders (id int); insert into orders values (1), (2); select * from orders`,
    );
    await database.sql('checkpoint');
    await database.kill();
    const whileDead = await database.sql('select 1').catch((error: NodeJS.ErrnoException) => error.code);
    await database.restart();
    const after = await database.sql('select count(*)::int as count from orders');
    await database.stop();

    expect(rows).toEqual([{ id: 1 }, { id: 2 }]);
    expect(whileDead).toBe('ECONNREFUSED');
    expect(after).toEqual([{ count: 2 }]);
  });

  test('speaks TLS when it is given a certificate', async () => {
    const database = await startPostgres({ tls: await makeCertificates() });

    expect(await database.sql('show ssl')).toEqual([{ ssl: 'on' }]);
  });
});

describeReal('what the tests push', ['docker-registry', 'skopeo'], () => {
  test('is whole: skopeo copies it out of the registry, and the referrers and signatures can be found', async () => {
    const registry = await startDockerRegistry();
    const amd64 = await pushImage(registry.url, 'team/app', { label: 'amd64', layers: ['base', 'amd64'] });
    const arm64 = await pushImage(registry.url, 'team/app', {
      label: 'arm64',
      layers: ['base', 'arm64'],
      docker: true,
    });
    const index = await pushIndex(registry.url, 'team/app', [amd64, { ...arm64, architecture: 'arm64' }], {
      tag: 'v1',
    });
    const sbom = await pushReferrer(registry.url, 'team/app', index, { fallbackTag: true });
    const scan = await pushReferrer(registry.url, 'team/app', index, { fallbackTag: true, content: 'scan' });
    const signature = await pushCosignSignature(registry.url, 'team/app', index);

    const inspected = await skopeo('inspect', '--raw', `docker://${registry.host}/team/app:v1`);
    const folder = makeTempFolder('copied');
    await skopeo('copy', '--all', `docker://${registry.host}/team/app:v1`, `dir:${folder}`);
    const { tags } = (await (await fetch(`${registry.url}/v2/team/app/tags/list`)).json()) as { tags: string[] };
    const fallback = await skopeo(
      'inspect',
      '--raw',
      `docker://${registry.host}/team/app:${index.digest.replace(':', '-')}`,
    );

    expect(digestOf(inspected)).toBe(index.digest);
    expect(readdirSync(folder).length).toBeGreaterThan(6);
    expect(tags.sort()).toEqual([index.digest.replace(':', '-'), signature.tag, 'v1'].sort());
    expect(JSON.parse(fallback).manifests.map(({ digest }: { digest: string }) => digest)).toEqual([
      sbom.digest,
      scan.digest,
    ]);
  });

  test("is what Distribution's own collector keeps, and what it removes when it has lost its tag", async () => {
    const registry = await startDockerRegistry();
    await pushImage(registry.url, 'team/app', { tag: 'kept' });
    const gone = await pushImage(registry.url, 'team/app', { label: 'gone', layers: ['only here'] });

    const said = await registry.garbageCollect({ deleteUntagged: true, dryRun: true });

    expect(said).toContain(`blob eligible for deletion: ${gone.layers[0]?.digest}`);
    expect(said).toContain('team/app: marking manifest');
  });
});

describeReal('the token service', ['docker-registry', 'openssl'], () => {
  test('gives tokens that the real registry takes, for what it granted and no more', async () => {
    const tokens = await startTokenService({
      ...{ username: 'ann', password: 's3cret' },
      grant: (resource, actions) => (resource === 'repository:team/app' ? actions : []),
    });
    const registry = await startDockerRegistry({ auth: { token: tokens.token } });
    const status = async (repository: string) => {
      const scope = `repository:${repository}:pull`;
      const url = `${tokens.token['realm']}?service=winnow-registry&scope=${scope}`;
      const answer = await fetch(url, { headers: { authorization: `Basic ${btoa('ann:s3cret')}` } });
      const { token } = (await answer.json()) as { token: string };
      const headers = { authorization: `Bearer ${token}` };
      return (await fetch(`${registry.url}/v2/${repository}/tags/list`, { headers })).status;
    };

    const challenge = (await fetch(`${registry.url}/v2/`)).headers.get('www-authenticate');

    expect(challenge).toContain(`Bearer realm="${tokens.token['realm']}"`);
    expect(await status('team/app')).toBe(404);
    expect(await status('team/other')).toBe(401);
    expect((await fetch(`${tokens.token['realm']}?scope=x`)).status).toBe(401);
    expect(tokens.requests.map(({ authorized }) => authorized)).toEqual([true, true, false]);
  });
});

describeReal('the fault proxy', ['docker-registry'], () => {
  test('spoils what it is told to spoil and passes the rest', async () => {
    const registry = await startDockerRegistry();
    const image = await pushImage(registry.url, 'team/app', { tag: 'v1', layers: ['x'.repeat(100_000)] });
    const blob = `/v2/team/app/blobs/${image.layers[0]?.digest}`;
    const script: Fault[] = [
      'pass',
      { status: 429, retryAfter: 7 },
      'cut',
      'wrong-bytes',
      'reset',
      'hang',
      { delayMs: 50 },
    ];
    const proxy = await startFaultProxy(
      registry.url,
      ({ path, n }) => (path === blob ? script[n - 1] : undefined) ?? 'pass',
    );
    const get = () => fetch(`${proxy.url}${blob}`, { signal: AbortSignal.timeout(500) });

    expect(digestOf(await (await get()).text())).toBe(image.layers[0]?.digest);
    const refused = await get();
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '7']);
    await expect(get().then((answer) => answer.text())).rejects.toThrow('terminated');
    const wrong = await (await get()).text();
    expect([wrong.length, wrong === 'x'.repeat(100_000)]).toEqual([100_000, false]);
    await expect(get()).rejects.toThrow('fetch failed');
    await expect(get()).rejects.toThrow('timeout');
    expect((await get()).status).toBe(200);
    expect(proxy.requests).toHaveLength(7);
  });

  test('lets a push through, and can lose the answer to one that was done', async () => {
    const registry = await startDockerRegistry();
    const proxy = await startFaultProxy(registry.url, ({ method }) => (method === 'DELETE' ? 'lose-answer' : 'pass'));
    const image = await pushImage(proxy.url, 'team/app', { tag: 'v1' });
    const manifest = `/v2/team/app/manifests/${image.digest}`;

    await expect(fetch(`${proxy.url}${manifest}`, { method: 'DELETE' })).rejects.toThrow('fetch failed');
    expect((await fetch(`${registry.url}${manifest}`)).status).toBe(404);
  });
});

describe('programs of our own', () => {
  test('run as bundles in a process of their own, and can be killed', async () => {
    const program = join(makeTempFolder('program'), 'program.ts');
    writeFileSync(program, 'setInterval(() => {}, 1000); console.log("up" satisfies string);');

    const running = spawnTied(process.execPath, [await bundle(program)], { stdio: ['ignore', 'pipe', 'inherit'] });
    const said = await new Promise((resolve) => running.stdout?.once('data', resolve));
    running.kill('SIGKILL');
    const signal = await new Promise((resolve) => running.once('exit', (_code, by) => resolve(by)));

    expect(String(said)).toBe('up\n');
    expect(signal).toBe('SIGKILL');
  });

  test('are told from programs that are not there', () => {
    expect(requires('node', process.execPath)).toBe(true);
    expect(requires('node', 'no-such-program')).toBe(false);
    expect(findProgram('/nowhere/node')).toBeUndefined();
  });
});
