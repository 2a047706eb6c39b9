import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { encodeSnapshot } from '../../src/evidence/snapshot/encode.ts';
import type { SnapshotHeader } from '../../src/evidence/snapshot/format.ts';
import { type DockerRegistry, startDockerRegistry } from '../support/docker-registry.ts';
import { freePort } from '../support/free-port.ts';
import { pushImage } from '../support/push-image.ts';
import { brokenParts, readTags } from '../support/registry-view.ts';
import { describeReal } from '../support/requirements.ts';
import { type CliResult, runCli } from '../support/run-cli.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

const HOUR_MS = 3_600_000;

describeReal('prune, for three clusters of which two can be read by snapshot only', ['docker-registry'], () => {
  let registry: DockerRegistry;
  let home: string;
  let folder: string;

  let goodSnapshot: string;

  beforeAll(async () => {
    registry = await startDockerRegistry();
    home = makeTempFolder('home');
    folder = makeTempFolder('clusters');
    for (const [repository, tag] of images)
      await pushImage(registry.url, repository, { tag, label: `${repository}:${tag}` });
    writePods('git', ['team/app:git']);
    writePods('eu', ['team/app:eu', 'team/edge:eu']);
    writePods('us', ['team/app:us']);
    await takeSnapshot('eu', ociPlace());
    await takeSnapshot('us', join(folder, 'us.ndjson'));
    goodSnapshot = readFileSync(join(folder, 'us.ndjson'), 'utf8');
  });

  beforeEach(() => {
    writeFileSync(join(folder, 'us.ndjson'), goodSnapshot);
    rmSync(join(folder, 'us', 'broken.yaml'), { force: true });
  });

  const images = [
    ['team/app', 'git'],
    ['team/app', 'eu'],
    ['team/app', 'us'],
    ['team/app', 'old'],
    ['team/edge', 'eu'],
    ['team/edge', 'old'],
  ] as const;
  const ociPlace = () => `oci://${registry.host}/winnow/snapshots:eu`;

  function writePods(cluster: string, names: readonly string[]): void {
    mkdirSync(join(folder, cluster), { recursive: true });
    const pods = names.map((name, n) => ({
      ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: `pod-${n}`, namespace: 'shop' } },
      spec: { containers: [{ name: 'app', image: `${registry.host}/${name}` }] },
      status: { phase: 'Running' },
    }));
    writeFileSync(join(folder, cluster, 'pods.json'), JSON.stringify({ apiVersion: 'v1', kind: 'List', items: pods }));
  }

  async function takeSnapshot(cluster: string, place: string): Promise<void> {
    const args = ['--cluster', `manifests:${join(folder, cluster)}`, '--cluster-name', cluster, '--to', place];
    const { code, stderr } = await runCli(['snapshot', ...args], { home });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  }

  /** A snapshot of `us` as it was some hours ago. */
  function writeOldSnapshot(ageHours: number, cluster = 'us'): void {
    const header: SnapshotHeader = {
      ...{ winnow: 'snapshot/v1', cluster, shown: 'kubernetes', by: '1.0.0', kinds: {}, gaps: [] },
      takenAtMs: Date.now() - ageHours * HOUR_MS,
    };
    writeFileSync(join(folder, 'us.ndjson'), [...encodeSnapshot(header, [])].join(''));
  }

  function prune(us = '?max-age=3h&name=us', ...more: readonly string[]): Promise<CliResult> {
    const clusters = [
      `manifests:${join(folder, 'git')}`,
      `snapshot:${ociPlace()}?name=eu`,
      `snapshot:${folder}/us.ndjson${us}`,
    ];
    const args = ['--registry', registry.url, ...clusters.flatMap((one) => ['--cluster', one])];
    const policy = ['--delete-matching', '*', '--min-age', '0', '--max-share', '1'];
    return runCli(['prune', ...args, ...policy, '-o', 'json', ...more], { home });
  }

  async function planned(...args: Parameters<typeof prune>) {
    const { code, stdout, stderr } = await prune(...args);
    const document = JSON.parse(stdout) as PlanDocument;
    if (document.actions === undefined) throw new Error(`${stdout}\n${stderr}`);
    const going = document.actions.filter(({ do: what }) => what === 'delete-tag').map(({ target }) => target);
    return { code, gaps: document.gaps, going: going.map((one) => one.replace(`${registry.host}/`, '')).sort() };
  }

  const spoilt: readonly (readonly [string, () => void, RegExp])[] = [
    ['is missing', () => rmSync(join(folder, 'us.ndjson')), /us\.ndjson: nothing is there/],
    ['is too old', () => writeOldSnapshot(4), /it was taken 4h ago, and may be 3h old/],
    ['is from the future', () => writeOldSnapshot(-4), /it was taken \S+ from now/],
    ['is of another cluster', () => writeOldSnapshot(1, 'eu'), /it is of the cluster eu, and us is expected/],
    ['was cut short', () => writeFileSync(join(folder, 'us.ndjson'), ''), /us\.ndjson: it is empty/],
  ];
  test.each(spoilt)('deletes nothing when the snapshot of one %s', async (_, spoil, why) => {
    spoil();
    const { code, gaps, going } = await planned();

    expect({ code, going }).toEqual({ code: 5, going: [] });
    expect(gaps).toEqual([expect.objectContaining({ scope: '', hides: 'holds', cause: expect.stringMatching(why) })]);
    expect(gaps[0]?.hint).toMatch(/\w/);

    const before = await readTags(registry.url);
    expect((await prune(undefined, '--confirm')).code).toBe(5);
    expect(await readTags(registry.url)).toEqual(before);
  });

  test('deletes nothing when the registry with the snapshot of a fourth does not answer', async () => {
    const silent = `127.0.0.1:${await freePort()}`;
    const fourth = `snapshot:oci://${silent}/winnow/snapshots:asia`;

    const { code, gaps, going } = await planned(undefined, '--cluster', fourth, '--retries', '0');

    expect({ code, going }).toEqual({ code: 5, going: [] });
    expect(gaps).toEqual([
      expect.objectContaining({ scope: '', source: 'cluster asia', cause: expect.stringContaining(silent) }),
    ]);
  });

  test('goes on elsewhere when the settings say where the silent one can have images', async () => {
    rmSync(join(folder, 'us.ndjson'));

    const { code, going } = await planned(`?name=us&may-hold=${registry.host}/team/app`);

    expect({ code, going }).toEqual({ code: 5, going: ['team/edge:old'] });
  });

  test('takes the gaps of a snapshot for its own', async () => {
    writeFileSync(join(folder, 'us', 'broken.yaml'), 'kind: [');
    const args = [
      '--cluster',
      `manifests:${join(folder, 'us')}`,
      '--cluster-name',
      'us',
      '--to',
      join(folder, 'us.ndjson'),
    ];
    expect((await runCli(['snapshot', ...args], { home })).code).toBe(5);
    expect((await planned()).code).toBe(0); // the good one was left

    expect((await runCli(['snapshot', ...args, '--allow-gaps'], { home })).code).toBe(5);
    const { code, gaps, going } = await planned();
    expect({ code, going }).toEqual({ code: 5, going: [] });
    expect(gaps[0]).toMatchObject({
      source: 'cluster us, by snapshot: cluster us',
      cause: expect.stringContaining('broken.yaml'),
    });
  });

  test('removes what none of them uses, and nothing else; the snapshot in the registry stays, too', async () => {
    expect(await planned()).toEqual({ code: 0, gaps: [], going: ['team/app:old', 'team/edge:old'] });

    const run = await prune(undefined, '--confirm');
    expect(run.code, run.stderr).toBe(0);
    // With --min-age 0, youth keeps nothing that was deployed after a snapshot.
    expect(run.stderr).toContain('may be 3h old, and what was pushed 0s ago may go');

    const left = await readTags(registry.url);
    expect([...left.keys()]).toEqual([
      'team/app:eu',
      'team/app:git',
      'team/app:us',
      'team/edge:eu',
      'winnow/snapshots:eu',
    ]);
    expect(await brokenParts(registry.url, left.keys())).toEqual([]);
  });
});

interface PlanDocument {
  readonly actions?: readonly { readonly do: string; readonly target: string }[];
  readonly gaps: readonly {
    readonly scope: string;
    readonly hides: string;
    readonly cause: string;
    readonly hint?: string;
  }[];
}
