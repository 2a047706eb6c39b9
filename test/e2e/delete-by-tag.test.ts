import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { type RegistryServer, startRegistryServer } from '../../src/demo/registry-server/start-registry-server.ts';
import { atEnd } from '../support/at-end.ts';
import { type Company, companyClasses, goingTags, keptReasons, pushCompany, recordsCsv } from '../support/company.ts';
import { brokenParts, hashFolder, readTags, type Tags } from '../support/registry-view.ts';
import { builtCli, runCli } from '../support/run-cli.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

describe.each([
  { title: 'deletes by tag (as Distribution 3 does)', deleteByTag: true, referrers: true },
  { title: 'deletes by digest only', deleteByTag: false, referrers: false },
])('reconcile, on a registry that $title', ({ deleteByTag, referrers }) => {
  const folder = makeTempFolder('registry');
  const home = makeTempFolder('home');
  let registry: RegistryServer;
  let company: Company;
  let before: Tags;
  const changes: number[] = [];

  beforeAll(async () => {
    builtCli();
    const onRequest = ({ method, status }: { readonly method: string; readonly status: number }) => {
      if (!['GET', 'HEAD', 'OPTIONS'].includes(method)) changes.push(status);
    };
    registry = await startRegistryServer({ folder, deleteByTag, referrers, onRequest });
    atEnd(() => registry.close());
    company = await pushCompany(registry.url);
    recordsCsv(company.records, join(home, 'records.csv'));
    before = await readTags(registry.url);
  });

  const reconcile = (...args: readonly string[]) =>
    runCli(
      [
        'reconcile',
        '--registry',
        registry.url,
        '--records',
        'file:records.csv',
        ...companyClasses,
        '-o',
        'json',
        ...args,
      ],
      { home },
    );

  test('a dry run tells each tag that goes and each that stays, with its reason, and changes nothing', async () => {
    const untouched = hashFolder(folder);
    changes.length = 0;
    const { code, stdout, stderr } = await reconcile('--show-kept');

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { actions, kept } = JSON.parse(stdout) as Document;
    const removed = actions.filter((action) => action.do === 'delete-tag').map(({ target }) => withoutHost(target));
    expect(removed.sort()).toEqual(goingTags(company, deleteByTag));
    expect(Object.fromEntries(kept.map(({ target, reason }) => [withoutHost(target), reason]))).toEqual(
      keptReasons(company, deleteByTag),
    );
    expect(hashFolder(folder)).toBe(untouched);
    // It asks what the registry can do by deleting what can't be there: all are refused.
    expect(changes.filter((status) => status < 400)).toEqual([]);
    expect(changes.length).toBeLessThanOrEqual(2);
  });

  test('a run removes exactly those, leaves all others whole, and undo brings them back', async () => {
    const run = await reconcile('--confirm');
    const after = await readTags(registry.url);
    const broken = await brokenParts(registry.url, after.keys());
    const again = await reconcile('--confirm');
    const undone = await runCli(['undo', JSON.parse(run.stdout).runId], { home });

    expect([run.code, run.stderr]).toEqual([0, '']);
    const gone = new Set(goingTags(company, deleteByTag));
    expect([...after]).toEqual([...before].filter(([reference]) => !gone.has(reference)));
    expect(broken).toEqual([]);
    expect([again.code, JSON.parse(again.stdout).counts.done]).toEqual([0, 0]);
    expect([undone.code, undone.stderr]).toEqual([0, '']);
    expect([...(await readTags(registry.url))]).toEqual([...before]);
    expect(await brokenParts(registry.url, before.keys())).toEqual([]);
  });
});

interface Document {
  readonly actions: readonly { readonly do: string; readonly target: string }[];
  readonly kept: readonly { readonly target: string; readonly reason: string }[];
}

function withoutHost(target: string): string {
  return target.slice(target.indexOf('/') + 1);
}
