import { execFile } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { request } from 'undici';
import { describe, expect, test } from 'vitest';
import { freshMarks } from '../../src/flows/fresh-mark.ts';
import { mediaTypes } from '../../src/oci/media-type.ts';
import { openDescriptorCache } from '../../src/systems/descriptor-cache/index.ts';
import { openRegistry } from '../../src/systems/registry/index.ts';
import {
  collectByBoth,
  collectByWinnow,
  pauseRegistryCollector,
  registryCollectorArgs,
  runRegistryCollector,
} from '../support/both-collectors.ts';
import { diskTiming, openDisk, planDisk, runOnDisk } from '../support/disk-store.ts';
import { type DockerRegistry, startDockerRegistry } from '../support/docker-registry.ts';
import { digestOf, type PushedBlob, pushBlob, pushImage, pushManifest } from '../support/push-image.ts';
import { brokenParts } from '../support/registry-view.ts';
import { describeReal, programPath } from '../support/requirements.ts';
import { applyToStore, type StoreRig, storeRig } from '../support/store-rig.ts';
import {
  artifact,
  type BuiltStore,
  buildStore,
  image,
  index,
  raw,
  type StoreWorld,
  schema1,
  storePlaces,
  WRITTEN_AT_MS,
} from '../support/store-world/index.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

/*
 * What the registry's own `garbage-collect` gets wrong, and Winnow gets right on the same storage. `o` is garbage in every story, to show
 * that Winnow is not right by doing nothing. The collector that runs is Distribution 2.8's; where only version 3 is wrong, the title says so.
 */

describeReal('Where the registry’s own collector is wrong', ['docker-registry'], () => {
  test('B1: it deletes the children of a tagged index with --delete-untagged; Winnow keeps them', async () => {
    const world: StoreWorld = {
      manifests: { A: image(['a']), B: image(['b']), I: index(['A', 'B']) },
      repositories: { app: { tags: { v1: 'I' } } },
      orphans: ['o'],
    };
    const ofChildren = ['a', 'A.config', 'b', 'B.config'];
    const children = (store: BuiltStore) => ['A', 'B'].filter((name) => existsSync(store.revisionLink('app', name)));

    const { registry, winnow } = await collectByBoth(world, { deleteUntagged: true });

    expect([registry.gone('I', ...ofChildren, 'o'), children(registry.store)]).toEqual([[...ofChildren, 'o'], []]);
    expect([winnow.gone('I', ...ofChildren, 'o'), children(winnow.store)]).toEqual([['o'], ['A', 'B']]);
  });

  test('B2: it always deletes layers that are named by their sha512; Winnow follows the alias', async () => {
    const world: StoreWorld = {
      manifests: { A: image(['x@sha512', 'y']) },
      repositories: { app: { tags: { v1: 'A' } } },
      orphans: ['o'],
    };

    const { registry, winnow } = await collectByBoth(world);

    expect(registry.gone('A', 'x', 'y', 'o')).toEqual(['x', 'o']);
    expect(winnow.gone('A', 'x', 'y', 'o')).toEqual(['o']);
    for (const layer of ['x', 'x@sha512']) expect(existsSync(winnow.store.layerLink('app', layer))).toBe(true);
  });

  test('B3: it deletes layers of a child that another repository’s index needs (version 3 alone: Winnow’s side)', async () => {
    const world: StoreWorld = {
      manifests: { A: image(['a']), B: image(['b']), I: index(['A', 'B']) },
      repositories: { first: { tags: { v1: 'I' }, deleted: ['A'] }, second: { tags: { v1: 'I' } } },
      orphans: ['o'],
    };

    const { gone, store } = await collectByWinnow(world, { deleteUntagged: true });

    expect(gone('I', 'A', 'a', 'A.config', 'B', 'b', 'B.config', 'o')).toEqual(['o']);
    for (const part of ['a', 'A.config']) expect(existsSync(store.layerLink('second', part))).toBe(true);
    expect(existsSync(store.revisionLink('second', 'A'))).toBe(true);
  });

  test('B4: it deletes what refers to a tagged image with --delete-untagged; Winnow keeps signatures and SBOMs', async () => {
    const world: StoreWorld = {
      manifests: {
        ...{ A: image(['x']), S: image(['sbom'], { subject: 'A' }), T: artifact(['of-sbom'], { subject: 'S' }) },
        ...{ C: image(['cosign']), U: image(['u']) },
      },
      repositories: { app: { tags: { v1: 'A', 'sig(A)': 'C' }, untagged: ['S', 'T', 'U'] } },
      orphans: ['o'],
    };
    const referrers = ['S', 'sbom', 'T', 'of-sbom'];

    const { registry, winnow } = await collectByBoth(world, { deleteUntagged: true });

    expect(registry.gone('A', 'x', 'C', ...referrers, 'U', 'u', 'o')).toEqual([...referrers, 'U', 'u', 'o']);
    expect(winnow.gone('A', 'x', 'C', 'cosign', ...referrers, 'U', 'u', 'o')).toEqual(['U', 'u', 'o']);
  });

  test('B5: it does not see a repository without _layers, and deletes all that it has; Winnow does', async () => {
    const world: StoreWorld = {
      manifests: { A: image(['x']), B: image(['y']) },
      repositories: { app: { tags: { v1: 'A' } }, proxied: { tags: { v1: 'B' } } },
      orphans: ['o'],
    };
    const damage = (store: BuiltStore) => store.remove(`${store.repository('proxied')}/_layers`);

    const { registry, winnow } = await collectByBoth(world, { damage });

    expect(registry.gone('A', 'x', 'B', 'y', 'B.config', 'o')).toEqual(['B', 'y', 'B.config', 'o']);
    expect(winnow.gone('A', 'x', 'B', 'y', 'B.config', 'o')).toEqual(['o']);
  });

  describe('B6: one bad object ends it, before anything is deleted; Winnow keeps all that may belong to it, and goes on', () => {
    const world: StoreWorld = {
      manifests: { A: image(['x']), B: image(['y']), C: image(['z']) },
      repositories: { app: { tags: { v1: 'A', v2: 'B' }, layers: ['loose'] }, other: { tags: { v1: 'C' } } },
      orphans: ['o'],
    };
    const needed = ['A', 'x', 'A.config', 'B', 'y', 'B.config', 'C', 'z', 'C.config'];

    test('an empty revision link', async () => {
      const damage = (store: BuiltStore) => store.write(store.revisionLink('app', 'A'), '');
      const { registry, winnow } = await collectByBoth(world, { damage });
      expect(registry).toMatchObject({ code: 1, output: expect.stringContaining('invalid checksum digest format') });
      expect(registry.gone('o')).toEqual([]);
      expect(winnow.gone('o', 'loose', ...needed)).toEqual(['o']);
    });

    test('an empty tag link, with --delete-untagged', async () => {
      const damage = (store: BuiltStore) => store.write(store.currentLink('app', 'v1'), '');
      const { registry, winnow } = await collectByBoth(world, { deleteUntagged: true, damage });
      expect(registry).toMatchObject({ code: 1, output: expect.stringContaining('failed to retrieve tags') });
      expect(registry.gone('o')).toEqual([]);
      expect(winnow.gone('o', 'loose', ...needed)).toEqual(['o', 'loose']); // what the tag stood for is known
    });

    test('a manifest that is cut off', async () => {
      const torn = image(['x'])
        .render({ name: 'A', digest: String, descriptor: () => ({}) })
        .slice(0, 40);
      const { registry, winnow } = await collectByBoth({
        ...world,
        manifests: { ...world.manifests, A: raw(torn, ['x', 'A.config']) },
      });
      expect(registry).toMatchObject({ code: 1, output: expect.stringContaining('unexpected end of JSON input') });
      expect(registry.gone('o')).toEqual([]);
      expect(winnow.gone('o', 'loose', ...needed)).toEqual(['o']);
    });

    test.each([
      ['an empty layer link', (store: BuiltStore) => store.write(store.layerLink('app', 'x'), '')],
      ['no _layers folder', (store: BuiltStore) => store.remove(`${store.repository('other')}/_layers`)],
    ])('%s (version 3 alone ends there: Winnow’s side)', async (_, damage) => {
      const { gone } = await collectByWinnow(world, { damage });
      expect(gone('o', 'loose', ...needed)).toEqual(['o', 'loose']);
    });

    test('a manifest of schema 1 (version 3 alone ends there: Winnow’s side)', async () => {
      const { gone } = await collectByWinnow({
        manifests: { old: schema1(['x', 'y']) },
        repositories: { archive: { tags: { v1: 'old' }, layers: ['loose'] } },
        orphans: ['o'],
      });
      expect(gone('o', 'old', 'x', 'y')).toEqual(['o']);
    });
  });

  test('B7: where a manifest’s data is missing, it deletes the layers; Winnow keeps all that the repository has', async () => {
    const world: StoreWorld = {
      manifests: { A: image(['x']), B: image(['y']) },
      repositories: { app: { tags: { v1: 'A', v2: 'B' } }, other: { layers: ['loose'] } },
      orphans: ['o'],
      missing: ['B'],
    };

    const { registry, winnow } = await collectByBoth(world);

    expect(registry.gone('A', 'x', 'y', 'B.config', 'o')).toEqual(['y', 'B.config', 'o']);
    expect(winnow.gone('A', 'x', 'y', 'B.config', 'o', 'loose')).toEqual(['o', 'loose']);
  });

  test('B8: it leaves links that lead nowhere; Winnow removes them', async () => {
    const world: StoreWorld = {
      manifests: { A: image(['x']) },
      repositories: { app: { tags: { v1: 'A' }, layers: ['o', 'lost'] }, 'layers-alone': { layers: ['lost'] } },
      missing: ['lost'],
    };
    const damage = (store: BuiltStore) => store.remove(`${store.repository('layers-alone')}/_manifests`);
    const idle = (store: BuiltStore) =>
      [
        ['app', 'o'],
        ['app', 'lost'],
        ['layers-alone', 'lost'],
      ].filter(([repository, blob]) => existsSync(store.layerLink(repository!, blob!)));

    const { registry, winnow } = await collectByBoth(world, { damage });

    expect(registry.gone('x', 'o')).toEqual(['o']);
    expect(idle(registry.store)).toHaveLength(3);
    expect(winnow.gone('x', 'o')).toEqual(['o']);
    expect(idle(winnow.store)).toEqual([]);
    expect(existsSync(winnow.store.layerLink('app', 'x'))).toBe(true);
  });

  test('B9: it leaves uploads that were given up; Winnow removes them, and not those that go on', async () => {
    const world: StoreWorld = {
      manifests: { A: image(['x']) },
      repositories: {
        app: { tags: { v1: 'A' }, uploads: { old: { startedAtMs: WRITTEN_AT_MS, sizeBytes: 5000 }, live: {} } },
      },
      orphans: ['o'],
    };
    const damage = (store: BuiltStore) => store.setTime(`${store.upload('app', 'live')}/data`, Date.now());

    const { registry, winnow } = await collectByBoth(world, { uploadAgeMs: 3_600_000, damage });

    const uploads = (store: BuiltStore) => readdirSync(`${store.repository('app')}/_uploads`).sort();
    expect([registry.gone('o'), uploads(registry.store)]).toEqual([['o'], ['live', 'old']]);
    expect([winnow.gone('o'), uploads(winnow.store)]).toEqual([['o'], ['live']]);
  });

  test('B10: it leaves repositories with nothing in them; Winnow removes them, and not those that lie within', async () => {
    const world: StoreWorld = {
      manifests: { A: image(['x']), D: image(['d']) },
      repositories: { empty: {}, 'empty/full': { tags: { v1: 'A' } }, emptied: { deleted: ['D'] } },
      orphans: ['o'],
    };

    const { registry, winnow } = await collectByBoth(world);

    const those = (store: BuiltStore) =>
      Object.keys(world.repositories ?? {}).filter((name) => existsSync(`${store.repository(name)}/_manifests`));
    expect(registry.gone('x', 'd', 'D', 'o')).toEqual(['d', 'D', 'o']);
    expect(those(registry.store)).toEqual(['empty', 'empty/full', 'emptied']);
    expect(winnow.gone('x', 'd', 'D', 'o')).toEqual(['d', 'D', 'o']);
    expect(those(winnow.store)).toEqual(['empty/full']);
  });

  test('B11: a registry at work still promises what it took away, and takes images that can’t be pulled; none of Winnow’s', async () => {
    const [theirs, ours] = [
      await startDockerRegistry({ cache: 'inmemory' }),
      await startDockerRegistry({ cache: 'inmemory' }),
    ];
    const garbage = 'nobody needs this';
    const pushAfter = async ({ url }: DockerRegistry, collect: () => Promise<unknown>) => {
      const { config } = await pushImage(url, 'app', { tag: 'v1' });
      const layer = await pushBlob(url, 'app', garbage);
      expect(await headStatus(url, 'app', layer)).toBe(200); // now it is in the cache
      await collect();
      const promised = await headStatus(url, 'app', layer);
      const body = {
        schemaVersion: 2,
        mediaType: mediaTypes.ociManifest,
        config,
        layers: [layer],
      };
      const push = () => pushManifest(url, 'app', body, 'v2');
      return { layer, promised, push };
    };

    const registry = await pushAfter(theirs, () => theirs.garbageCollect());
    expect(registry.promised).toBe(200);
    await registry.push();
    expect(await pulls(theirs.url, 'app', registry.layer)).toBe(false);

    const winnow = await pushAfter(ours, async () => runOnDisk(await rigBeside(ours), 1, 3));
    expect(winnow.promised).toBe(404);
    await expect(winnow.push()).rejects.toThrow(/MANIFEST_BLOB_UNKNOWN/);
    await pushBlob(ours.url, 'app', garbage);
    await winnow.push();
    expect(await pulls(ours.url, 'app', winnow.layer)).toBe(true);
  });

  test('B12: it takes away what is pushed while it runs; Winnow looks again before each step', async () => {
    const [theirs, ours] = [await startDockerRegistry(), await startDockerRegistry()];
    const push = (url: string) => pushImage(url, 'app', { tag: 'v2', layers: ['pushed meanwhile'] });

    // Its repositories are walked by name: this manifest keeps it busy after `app`.
    const layers = Array.from({ length: 4000 }, (_, n) => ({ size: 1, digest: digestOf(`layer ${n}`) }));
    buildStore(theirs.folder, {
      manifests: {
        big: raw(JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.ociManifest, config: layers[0], layers })),
      },
      repositories: { app: {}, zoo: { tags: { v1: 'big' } } },
    });
    const goOn = await pauseRegistryCollector(theirs.folder, 'zoo: marking');
    const lost = await push(theirs.url);
    expect(await goOn()).toMatchObject({ code: 0 });
    expect(await brokenParts(theirs.url, ['app:v2'])).toEqual(['app:v2: 404']);
    expect(await headStatus(theirs.url, 'app', lost.layers[0]!)).toBe(404);

    const old = await pushBlob(ours.url, 'app', 'pushed meanwhile');
    const rig = await rigBeside(ours);
    const plan = await planDisk(rig.store, 'run-1');
    expect(plan.actions.map(({ target }) => target.key)).toEqual([old.digest]);
    await push(ours.url);
    await applyToStore(rig, plan, {
      freshMarks: freshMarks(rig.store, {}, Date.now),
      nowMs: Date.now,
      timing: diskTiming,
    });
    await runOnDisk(rig, 2, 2);
    expect(await brokenParts(ours.url, ['app:v2'])).toEqual([]);
  });

  test('B13: of two at once one ends in the middle; of two Winnows one is refused at the start', async () => {
    const orphans = Array.from({ length: 600 }, (_, n) => `o${n}`);
    const world: StoreWorld = { manifests: { A: image(['x']) }, repositories: { app: { tags: { v1: 'A' } } }, orphans };
    const [folder, ours] = [makeTempFolder('two-of-the-registry'), makeTempFolder('two-winnows')];
    const store = buildStore(folder, world);
    cpSync(folder, ours, { recursive: true, preserveTimestamps: true });

    const firstGoesOn = await pauseRegistryCollector(folder, 'blob eligible for deletion');
    expect(orphans.some((name) => existsSync(store.data(name)))).toBe(true);
    const second = await runRegistryCollector(folder);
    expect(second.code).toBe(0);
    expect(await firstGoesOn()).toMatchObject({ code: 1, output: expect.stringContaining('Path not found') });

    const [one, other] = [storeRig(await openDisk(ours)), storeRig(await openDisk(ours))];
    const [plan, otherPlan] = [await planDisk(one.store, 'run-1'), await planDisk(other.store, 'run-2')];
    const options = { freshMarks: freshMarks(one.store, {}, Date.now), nowMs: Date.now, timing: diskTiming };
    let refused: Promise<unknown> | undefined;
    const onProgress = () => {
      refused ??= applyToStore(other, otherPlan, options).catch((error) => error);
    };
    const report = await applyToStore(one, plan, { ...options, onProgress });
    expect(await refused).toMatchObject({ code: 'LEASE_HELD' });
    expect(report).toMatchObject({ undone: [], tally: { done: orphans.length } });
    expect(existsSync(storePlaces(ours, world).data('x'))).toBe(true);
  });

  test('B14: with --delete-untagged it reads each tag once for every manifest; Winnow once', async () => {
    const storeOf = (count: number): string => {
      const names = Array.from({ length: count }, (_, n) => `M${n}`);
      const manifests = Object.fromEntries(names.map((name) => [name, image(['x'])]));
      const folder = makeTempFolder('tags');
      buildStore(folder, {
        manifests,
        repositories: { app: { tags: Object.fromEntries(names.map((name) => [name, name])) } },
      });
      return folder;
    };
    const [few, many] = [storeOf(30), storeOf(90)];

    const registry = [await readsOfRegistryCollector(few), await readsOfRegistryCollector(many)];
    const winnow = [await readsOfPlan(few), await readsOfPlan(many)];

    expect(registry[1]! / registry[0]!).toBeGreaterThan(6); // three times the tags: nine times the reads
    expect(winnow[1]! / winnow[0]!).toBeLessThan(4);
  });
});

/** Calls of read(2) by all of a run of the registry's own collector. */
async function readsOfRegistryCollector(folder: string): Promise<number> {
  const script = '"$@" > /dev/null 2>&1 || exit 1; cat /proc/$$/io';
  const args = ['-c', script, 'sh', programPath('docker-registry'), ...registryCollectorArgs(folder, true)];
  return readsIn((await promisify(execFile)('sh', args, { env: { PATH: process.env['PATH'] } })).stdout);
}

/** Calls of read(2) by this process while Winnow looks at a storage and makes its plan. */
async function readsOfPlan(folder: string): Promise<number> {
  const store = await openDisk(folder);
  const before = readsIn(readFileSync('/proc/self/io', 'utf8'));
  await planDisk(store, 'run-1', { deleteUntagged: true });
  return readsIn(readFileSync('/proc/self/io', 'utf8')) - before;
}

function readsIn(io: string): number {
  return Number(/^syscr: (\d+)$/m.exec(io)?.[1]);
}

/** Winnow beside a running registry: it removes links through it, as it does wherever there may be a cache. */
async function rigBeside({ url, folder }: DockerRegistry): Promise<StoreRig> {
  const replicas = [await openRegistry({ url }, new AbortController().signal)];
  return storeRig(await openDisk(folder), { replicas, cache: await openDescriptorCache('in-memory') });
}

async function headStatus(url: string, repository: string, { digest }: PushedBlob): Promise<number> {
  return (await fetch(`${url}/v2/${repository}/blobs/${digest}`, { method: 'HEAD' })).status;
}

/** Whether a client gets the whole blob. */
async function pulls(url: string, repository: string, { digest }: PushedBlob): Promise<boolean> {
  const { statusCode, body } = await request(`${url}/v2/${repository}/blobs/${digest}`);
  const bytes = await body.arrayBuffer().catch((error: Error) => error); // it is cut off
  return statusCode === 200 && !(bytes instanceof Error) && digestOf(new Uint8Array(bytes)) === digest;
}
