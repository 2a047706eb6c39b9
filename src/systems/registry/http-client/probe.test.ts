import { describe, expect, test } from 'vitest';
import { type ScriptedAnswer, scriptTransport, specError } from '../../../../test/support/scripted-transport.ts';
import type { Capabilities } from '../contract.ts';
import { ownerOfStorage, registryProfiles } from '../index.ts';
import { createClient } from './client.ts';
import type { RegistryRequest } from './transport-contract.ts';
import { readWayIn } from './way-in.ts';

const { signal } = new AbortController();

type Answers = Readonly<Record<string, ScriptedAnswer>>;

/** A server by its answers: the first key that the request begins with (`GET /v2/`), digests and tags of probes as `NONE`. */
function server(answers: Answers, challenge = '') {
  const answer = ({ method, path }: RegistryRequest): ScriptedAnswer => {
    const asked = `${method} ${path.replace(/sha256:0{64}|winnow-probe-[a-z0-9-]+/, (name) => (name.startsWith('sha256') ? 'NODIGEST' : 'NOTAG'))}`;
    const key = Object.keys(answers).find((one) =>
      one.endsWith('*') ? asked.startsWith(one.slice(0, -1)) : asked === one,
    );
    return key === undefined ? { status: 404 } : (answers[key] as ScriptedAnswer);
  };
  return scriptTransport(answer, readWayIn(challenge)?.wayIn);
}

const API = { 'docker-distribution-api-version': 'registry/2.0' };
const rw = { status: 200, headers: { allow: 'DELETE, GET, HEAD, PUT' } };

const distribution2: Answers = {
  'GET /v2/': { headers: API },
  'GET /v2/_catalog*': { headers: { link: '</v2/_catalog?n=1&last=a>; rel="next"' }, body: { repositories: ['a'] } },
  'OPTIONS /v2/a/manifests/latest': rw,
  'DELETE /v2/a/manifests/NODIGEST': specError(404, 'MANIFEST_UNKNOWN'),
  'DELETE /v2/a/manifests/NOTAG': specError(400, 'DIGEST_INVALID'),
};
const index = { body: { schemaVersion: 2, manifests: [] } };

const products: readonly (readonly [string, Answers, Partial<Capabilities>])[] = [
  [
    'Distribution 2',
    distribution2,
    {
      product: 'distribution',
      linkPagination: true,
      writable: true,
      deleteByDigest: true,
      deleteByTag: false,
      referrersApi: false,
    },
  ],
  [
    'Distribution 3',
    { ...distribution2, 'DELETE /v2/a/manifests/NOTAG': specError(404, 'MANIFEST_UNKNOWN') },
    { product: 'distribution', deleteByDigest: true, deleteByTag: true },
  ],
  [
    'Distribution with deletion disabled',
    {
      ...distribution2,
      'DELETE *': specError(405, 'UNSUPPORTED'),
      'DELETE /v2/a/manifests/NODIGEST': specError(405, 'UNSUPPORTED'),
    },
    { product: 'distribution', writable: true, deleteByDigest: false, deleteByTag: false },
  ],
  [
    'Distribution in read-only mode',
    { ...distribution2, 'OPTIONS /v2/a/manifests/latest': { headers: { allow: 'GET, HEAD' } } },
    { product: 'distribution', writable: false, deleteByDigest: false, deleteByTag: false },
  ],
  [
    'zot',
    {
      'GET /v2/': {
        headers: { ...API, 'access-control-allow-headers': 'Authorization,content-type,X-ZOT-API-CLIENT' },
      },
      'GET /v2/_catalog*': { body: { repositories: ['a'] } },
      'OPTIONS /v2/a/manifests/latest': { status: 200 },
      'GET /v2/a/referrers/*': index,
      'DELETE /v2/a/manifests/NODIGEST': specError(404, 'MANIFEST_UNKNOWN'),
    },
    {
      product: 'zot',
      linkPagination: true,
      writable: true,
      deleteByDigest: true,
      deleteByTag: true,
      referrersApi: true,
    },
  ],
  [
    'Trow from 0.7 on',
    {
      'GET /v2/': { headers: API },
      'GET /v2/_catalog*': { body: { repositories: ['a', 'b'] } },
      'OPTIONS /v2/a/manifests/latest': { status: 405, headers: { allow: 'GET,HEAD,PUT,DELETE' } },
      'GET /v2/a/referrers/*': index,
      'GET /': { body: '<h1>Welcome to Trow, the cluster registry</h1>' },
    },
    {
      product: 'trow',
      linkPagination: false,
      writable: true,
      deleteByDigest: true,
      deleteByTag: true,
      referrersApi: true,
    },
  ],
  [
    'Trow up to 0.6',
    {
      'GET /v2/': { headers: API },
      'GET /v2/_catalog*': { body: { repositories: ['a', 'b'] } },
      'OPTIONS /v2/a/manifests/latest': { status: 405, headers: { allow: 'GET,HEAD,PUT,DELETE' } },
      'GET /': { body: '<h1>Welcome to Trow, the cluster registry</h1>' },
    },
    { product: 'trow-files', writable: true, deleteByDigest: true, deleteByTag: false, referrersApi: false },
  ],
  [
    'a registry that nobody knows, whose deletion by tag could be anything',
    {
      'GET /v2/': { headers: API },
      'GET /v2/_catalog*': { body: { repositories: ['a', 'b'] } },
      'OPTIONS /v2/a/manifests/latest': { status: 204 },
      'DELETE /v2/a/manifests/NODIGEST': specError(404, 'MANIFEST_UNKNOWN'),
      'DELETE /v2/a/manifests/NOTAG': specError(404, 'MANIFEST_UNKNOWN'),
    },
    {
      product: 'unknown',
      catalog: true,
      linkPagination: false,
      writable: true,
      deleteByDigest: true,
      deleteByTag: false,
    },
  ],
  [
    'a registry without catalog and without rights to delete',
    {
      'GET /v2/': { headers: API },
      'GET /v2/_catalog*': { status: 401 },
      'OPTIONS *': rw,
      'DELETE *': { status: 403 },
    },
    { product: 'distribution', catalog: false, deleteByDigest: false, deleteByTag: false },
  ],
  [
    'a registry behind a web page that answers everything',
    { 'GET /v2/': { headers: API }, 'OPTIONS *': { status: 204 }, 'GET /v2/*': { body: '<html>' } },
    { product: 'unknown', catalog: false, referrersApi: false },
  ],
];

describe('what a registry can do', () => {
  test.each(products)('is found out: %s', async (_, answers, expected) => {
    const client = createClient(server(answers), registryProfiles);
    expect(await client.capabilities(signal)).toMatchObject(expected);
  });

  test('is found out without deleting anything that could exist', async () => {
    const transport = server(distribution2);
    await createClient(transport, registryProfiles).capabilities(signal);
    const changing = transport.sent.filter((line) => !/^(GET|HEAD|OPTIONS) /.test(line));
    expect(changing).toEqual([
      `DELETE /v2/a/manifests/sha256:${'0'.repeat(64)}`,
      'DELETE /v2/a/manifests/winnow-probe-does-not-exist-5f3a9c',
    ]);
    for (const line of changing) expect(transport.sent).toContain(line.replace('DELETE', 'HEAD'));
  });

  test('is not probed on a name that is none, nor on what Trow only proxies', async () => {
    for (const odd of ['../admin', 'f/docker/library/alpine']) {
      const transport = server({
        'GET /v2/': { headers: API },
        'GET /v2/_catalog*': { body: { repositories: [odd] } },
      });
      await createClient(transport, registryProfiles).capabilities(signal);
      expect(transport.sent).toContain('OPTIONS /v2/winnow/probe/manifests/latest');
    }
  });

  test('is not probed on a tag that somebody has made', async () => {
    const transport = server({ ...distribution2, 'HEAD /v2/a/manifests/NOTAG': { status: 200 } });
    expect(await createClient(transport, registryProfiles).capabilities(signal)).toMatchObject({ deleteByTag: false });
    expect(transport.sent.filter((line) => line.startsWith('DELETE'))).toHaveLength(1);
  });

  test('is asked once, also by many at a time', async () => {
    const transport = server(distribution2);
    const client = createClient(transport, registryProfiles);
    const answers = await Promise.all([1, 2, 3].map(() => client.capabilities(signal)));
    expect(new Set(answers).size).toBe(1);
    expect(transport.sent.filter((line) => line === 'GET /v2/')).toHaveLength(1);
  });

  test('is asked again after a failure', async () => {
    let down = true;
    const transport = scriptTransport(({ method, path }) =>
      down ? { status: 503 } : { status: method === 'GET' && path === '/v2/' ? 200 : 404 },
    );
    const client = createClient(transport, registryProfiles);
    await expect(client.capabilities(signal)).rejects.toMatchObject({ code: 'REGISTRY_UNAVAILABLE' });
    down = false;
    expect(await client.capabilities(signal)).toMatchObject({ catalog: false });
  });

  test('is what the settings declare, against all evidence', async () => {
    const transport = server(distribution2);
    const client = createClient(transport, registryProfiles, {
      capabilities: { deleteByTag: true, deleteByDigest: false },
    });
    expect(await client.capabilities(signal)).toMatchObject({ deleteByTag: true, deleteByDigest: false });
    expect(transport.sent.some((line) => line.startsWith('DELETE'))).toBe(false);
  });

  test('follows from the product where the settings name it', async () => {
    const client = createClient(server(distribution2), registryProfiles, { product: 'trow-files' });
    expect(await client.capabilities(signal)).toMatchObject({ product: 'trow-files', deleteByTag: false });
  });
});

describe('whose the storage is', () => {
  const plain: Answers = { 'GET /v2/': { headers: API } };
  const withDatabase = (enabled: string): Answers => ({
    ...distribution2,
    'GET /v2/': {
      headers: { ...API, 'gitlab-container-registry-features': 'tag_delete', [GITLABS_DATABASE]: enabled },
    },
  });
  const GITLABS_DATABASE = 'gitlab-container-registry-database-enabled';
  const token = (realm: string, service: string) => `Bearer realm="${realm}",service="${service}"`;
  const zot = products.find(([name]) => name === 'zot')![1];
  const [trow, trowFiles] = products.filter(([name]) => name.startsWith('Trow')).map(([, answers]) => answers);

  test.each([
    ['Harbor', 'harbor', plain, token('https://harbor.test/service/token', 'harbor-registry')],
    ['Harbor', 'harbor', distribution2, token('http://core/service/token', 'harbor-registry')],
    ['Harbor', 'harbor', distribution2, 'Basic realm="harbor-registry-basic-realm"'],
    ['Harbor', 'harbor', plain, 'Basic realm="harbor"'],
    ['Quay', 'quay', plain, token('https://quay.test:8443/v2/auth', 'quay.test:8443')],
    ['Quay', 'quay', plain, token('https://quay.io/v2/auth', 'quay.io')],
    ['GitLab with the metadata database', 'gitlab', withDatabase('true'), token('https://x.test/jwt/auth', 'x')],
    ['zot', 'zot', zot, ''],
    ['Trow 0.7 or newer', 'trow', trow!, ''],
  ])('is told: that of %s (%s)', async (owner, product, answers, challenge) => {
    const can = await createClient(server(answers, challenge), registryProfiles).capabilities(signal);
    expect(can.product).toBe(product);
    expect(ownerOfStorage(can)).toMatchObject({ product: owner, advice: expect.stringMatching(/collection|gives/) });
  });

  test.each([
    ['GitLab without its database', 'distribution', withDatabase('false'), token('https://x.test/jwt/auth', 'x')],
    ['Distribution', 'distribution', distribution2, 'Basic realm="registry"'],
    ['Distribution behind a token service', 'distribution', distribution2, token('https://r.test/v2/auth', 'r.test')],
    ['Trow up to 0.6', 'trow-files', trowFiles!, ''],
    ['a server that nobody knows', 'unknown', plain, token('https://quay.test/v2/auth', 'registry')],
  ])('is nobody else’s with %s (%s)', async (_, product, answers, challenge) => {
    const can = await createClient(server(answers, challenge), registryProfiles).capabilities(signal);
    expect(can.product).toBe(product);
    expect(ownerOfStorage(can)).toBeUndefined();
  });

  test('is what the settings say it is', async () => {
    const transport = server(plain, token('https://harbor.test/service/token', 'harbor-registry'));
    const can = await createClient(transport, registryProfiles, { product: 'distribution' }).capabilities(signal);
    expect(ownerOfStorage(can)).toBeUndefined();
  });
});

describe('whether a server is in read-only mode', () => {
  const allowing = (allow: string | undefined) => ({
    status: 200,
    ...(allow === undefined ? {} : { headers: { allow } }),
  });

  test.each([
    ['offers nothing but reading', 'GET, HEAD', true],
    ['offers writing', 'DELETE, GET, HEAD, PUT', false],
    ['does not say', undefined, false],
  ])('is told by one that %s', async (_, allow, expected) => {
    const transport = server({ ...distribution2, 'OPTIONS /v2/a/manifests/latest': allowing(allow) });
    expect(await createClient(transport, registryProfiles).isReadOnly(signal)).toBe(expected);
  });

  test('is asked anew each time', async () => {
    let allow = 'DELETE, GET, HEAD, PUT';
    const transport = scriptTransport(({ method, path }) => {
      if (method === 'OPTIONS') return allowing(allow);
      return path === '/v2/' ? { headers: API } : { status: 404 };
    });
    const client = createClient(transport, registryProfiles);
    expect(await client.isReadOnly(signal)).toBe(false);
    allow = 'GET, HEAD';
    expect(await client.isReadOnly(signal)).toBe(true);
  });
});
