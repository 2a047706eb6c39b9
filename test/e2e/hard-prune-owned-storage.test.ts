import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { builtCli, runCli } from '../support/run-cli.ts';
import { startScriptedServer } from '../support/scripted-server.ts';
import { buildStore, image, listTree } from '../support/store-world/index.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

beforeAll(builtCli);

const API = { 'docker-distribution-api-version': 'registry/2.0' };

/** What a product answers to `/v2/`: before anybody has come in, and after. Names it has none. */
interface Answers {
  readonly challenge?: (url: string) => string;
  readonly headers?: Readonly<Record<string, string>>;
}

const products: readonly (readonly [string, Answers, string])[] = [
  [
    'Harbor',
    { challenge: (url) => `Bearer realm="${url}/service/token",service="harbor-registry"` },
    'Harbor’s own garbage collection',
  ],
  [
    'Quay',
    { challenge: (url) => `Bearer realm="${url}/v2/auth",service="${new URL(url).host}"` },
    'its own collection gives the space back',
  ],
  [
    'GitLab with the metadata database',
    { headers: { 'gitlab-container-registry-database-enabled': 'true' } },
    'cleanup policy in GitLab',
  ],
  ['zot', { headers: { 'access-control-allow-headers': 'Authorization,X-ZOT-API-CLIENT' } }, 'zot’s own collection'],
];

async function serve({ challenge, headers = {} }: Answers) {
  const server = await startScriptedServer(({ path, headers: { authorization } }, response) => {
    if (/^\/(service\/token|v2\/auth)/.test(path)) response.end('{"token":"t"}');
    else if (challenge !== undefined && authorization === undefined && path.startsWith('/v2/'))
      response.writeHead(401, { ...API, 'www-authenticate': challenge(server.url) }).end();
    else response.writeHead(path === '/v2/' ? 200 : 404, { ...API, ...headers }).end();
  });
  return server;
}

/** A storage like Distribution's, by which no product could be told, with something that would go. */
function makeStorage() {
  const folder = join(makeTempFolder('storage'), 'registry');
  buildStore(folder, { manifests: { A: image(['x']) }, repositories: { app: { tags: { v1: 'A' } } }, orphans: ['o'] });
  return { folder, flags: ['--store', `distribution-fs:${folder}`, '--max-delete-ratio', '1'] };
}

describe.concurrent('hard-prune does not touch the storage of a product that keeps books of its own', () => {
  test.each(products)('%s, told by its server, and says what to use instead', async (product, answers, instead) => {
    const { folder, flags } = makeStorage();
    const before = listTree(folder);
    const server = await serve(answers);

    const run = await runCli(['hard-prune', ...flags, '--registry', server.url, '--confirm', '-o', 'json']);

    expect(run.code).toBe(2);
    expect(JSON.parse(run.stdout).error).toMatchObject({
      code: 'REGISTRY_OWNS_STORAGE',
      message: expect.stringMatching(new RegExp(`^asking ${server.url} what it is: ${product}, .*nothing was done$`)),
      hint: expect.stringContaining(instead),
    });
    expect(listTree(folder)).toEqual(before);
    expect(server.lines().filter((line) => /^(PUT|POST|PATCH)/.test(line))).toEqual([]);
  });

  test('nor when a plan for it was saved before, by someone who named no server', async () => {
    const { folder, flags } = makeStorage();
    const plan = join(makeTempFolder('plan'), 'saved.plan');
    expect((await runCli(['hard-prune', ...flags, '--cache', 'none', '--plan-out', plan])).code).toBe(0);
    const before = listTree(folder);
    const server = await serve(products[0]![1]);

    const run = await runCli(['apply', plan, '--confirm', '--registry', server.url, '-o', 'json']);

    expect([run.code, JSON.parse(run.stdout).error.code]).toEqual([2, 'REGISTRY_OWNS_STORAGE']);
    expect(listTree(folder)).toEqual(before);
  });

  test('but goes on where the settings say that it is something else', async () => {
    const { folder, flags } = makeStorage();
    const server = await serve(products[0]![1]);

    const run = await runCli(['hard-prune', ...flags, '--registry', server.url, '--confirm', '-o', 'json'], {
      env: { WINNOW_REGISTRY_PRODUCT: 'distribution' },
    });

    expect(JSON.parse(run.stdout).error?.code).toBe('HARD_PRUNE_OTHER_STORE'); // the next thing that it looks at
    expect(existsSync(join(folder, '.winnow'))).toBe(true);
  });
});
