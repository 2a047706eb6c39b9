import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { type Fault, type ProxiedRequest, startFaultProxy } from '../support/fault-proxy.ts';
import { describeReal } from '../support/requirements.ts';
import { runCli } from '../support/run-cli.ts';
import { type Eyes, makeBucket, uploadFolder } from '../support/s3-eyes.ts';
import { type BuiltStore, buildStore, image } from '../support/store-world/index.ts';
import { SWIFT_PROGRAMS, type Swift, startSwift } from '../support/swift.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

let swift: Swift;
let eyes: Eyes;
let store: BuiltStore;
let home: string;
let env: Record<string, string>;
let address: string;

const run = (...args: readonly string[]) => runCli(args, { home, env });
/** What has just been written to a bucket is young by its clock. */
const ALL = ['--min-blob-age', '0s', '--max-delete-ratio', '1'];

describeReal('hard-prune on a bucket', [...SWIFT_PROGRAMS], () => {
  beforeAll(async () => {
    swift = await startSwift();
    eyes = await makeBucket(swift, 'registry', true);
    store = buildStore(makeTempFolder('built'), {
      manifests: { A: image(['x', 'y']), D: image(['d']) },
      repositories: { app: { tags: { v1: 'A' }, deleted: ['D'] }, tool: { layers: ['x', 'o'] } },
      orphans: ['p'],
    });
    await uploadFolder(swift, 'registry', store.folder, 'images/');
    home = makeTempFolder('home');
    env = { AWS_ACCESS_KEY_ID: swift.accessKeyId, AWS_SECRET_ACCESS_KEY: swift.secretAccessKey };
    address = `s3://registry/images?endpoint=${swift.url}`;
  });

  test('a dry run tells what no manifest names, and changes nothing in the bucket', async () => {
    const before = await eyes.keys();
    const { code, stdout, stderr } = await run('hard-prune', '--store', address, ...ALL, '-o', 'json');
    expect([code, stderr]).toEqual([0, '']);
    const { actions } = JSON.parse(stdout) as { actions: readonly { digest: string; repositories?: string[] }[] };
    const unneeded = ['o', 'p', 'D', 'd', 'D.config'].map((name) => store.digest(name));
    expect(actions.map(({ digest }) => digest).sort()).toEqual([...unneeded].sort());
    expect(actions.find(({ digest }) => digest === store.digest('o'))?.repositories).toEqual(['tool']);
    expect(await eyes.keys()).toEqual(before);
  });

  test('a page of the listing that fails ends it, by its own plan or a saved one, before anything is changed', async () => {
    const body = '<Error><Code>AccessDenied</Code><Message>not for you</Message></Error>';
    let fault: Fault = 'pass';
    /** What needs the blobs is listed after them. */
    const isLate = ({ path }: ProxiedRequest) => path.includes('list-type=2') && path.includes('repositories');
    const proxy = await startFaultProxy(swift.url, (asked) => (isLate(asked) ? fault : 'pass'));
    const through = `s3://registry/images?endpoint=${proxy.url}`;
    const hardPrune = ['hard-prune', '--store', through, '--cache', 'none', ...ALL];
    const saved = join(home, 'plan.jsonl');
    const ofTheRegistry = async () => (await eyes.keys()).filter((key) => key.startsWith('images/docker/'));
    const before = await ofTheRegistry();
    expect((await run(...hardPrune, '--plan-out', saved)).code).toBe(0);

    fault = { status: 403, body };
    const refused = await run('apply', saved, '--confirm');
    expect(refused.stderr).toMatch(
      /listing \S+\/repositories\/: AccessDenied \(403\): not for you \(STORE_WALK_FAILED\)/,
    );
    fault = 'reset'; // again and again, as often as it asks
    const cutOff = await run(...hardPrune, '--confirm');
    expect(cutOff.stderr).toMatch(/listing \S+\/repositories\/: .*ECONNRESET \(STORE_WALK_FAILED\)/);

    expect([refused.code, cutOff.code]).toEqual([5, 5]);
    expect(await ofTheRegistry()).toEqual(before);
  });

  test('parts by a shared mark find together what one run finds', async () => {
    const file = join(home, 'mark');
    expect((await run('hard-prune', '--store', address, '--mark-out', file)).code).toBe(0);
    const told = async (...more: readonly string[]) => {
      const { stdout } = await run('hard-prune', '--store', address, ...ALL, ...more, '-o', 'json');
      const { actions } = JSON.parse(stdout) as { actions: readonly { digest: string }[] };
      return actions.map(({ digest }) => digest);
    };
    const whole = await told();
    const parts = [await told('--mark', file, '--shard', '1/2'), await told('--mark', file, '--shard', '2/2')].flat();
    expect(whole.length).toBeGreaterThan(0);
    expect(parts.sort()).toEqual([...whole].sort());
  });

  test('a run removes links, tells what is on its way out, and can be undone', async () => {
    const link = join('images/docker/registry/v2/repositories/tool/_layers/sha256', store.digest('o').slice(7), 'link');
    expect(await eyes.get(link)).toBeDefined();

    const done = await run(
      'hard-prune',
      '--store',
      address,
      '--cache',
      'none',
      ...ALL,
      '--check-after',
      '10s',
      '--confirm',
    );
    expect([done.code, done.stderr]).toEqual([0, '']);
    expect(done.stdout).toContain('Unlinked 5 blobs');
    expect(await eyes.get(link)).toBeUndefined();
    const status = await run('hard-prune', 'status', '--store', address, '-o', 'json');
    expect((JSON.parse(status.stdout) as { counts: object }).counts).toMatchObject({ unlinked: 5, hidden: 0 });

    const undone = await run('undo', 'last');
    expect([undone.code, undone.stderr]).toEqual([0, '']);
    expect(await eyes.get(link)).toBeDefined();
    const checked = await run('fsck', '--store', address);
    expect(checked.code).toBe(0);
  });
});
