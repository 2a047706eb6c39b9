import { describe, expect, test } from 'vitest';
import { createMemoryStore } from '../../test/support/memory-store.ts';
import {
  createStoreWorld,
  imageManifest,
  indexManifest,
  linkBlob,
  pushStoreImage,
  putManifestBytes,
  type StoreWorld,
  storePicture,
  uploadBlob,
} from '../../test/support/memory-store-world.ts';
import { planMemoryStore, stepsOf } from '../../test/support/store-plan.ts';
import { formatResource } from '../evidence/resource.ts';
import type { Digest } from '../oci/digest.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** A store with an image that stays, and a blob that nothing names. */
function smallWorld() {
  const world = createStoreWorld();
  const image = pushStoreImage(world, 'team/app', { tags: ['v1'], layers: ['base', 'app'] });
  const orphan = uploadBlob(world, 'team/app', 'nobody names me');
  return { world, image, orphan, store: createMemoryStore({ world }) };
}

/** As a run leaves it: hidden, or without links. */
function hide(world: StoreWorld, digest: Digest): void {
  const data = world.blobs.get(digest);
  if (data === undefined) throw new Error(`${digest} has no data`);
  world.blobs.delete(digest);
  world.notes.delete(digest);
  world.quarantine.set(digest, { ...data, runId: 'run-0', sinceMs: world.clock.now() });
}

function unlink(world: StoreWorld, digest: Digest): void {
  for (const { layers } of world.repositories.values()) layers.delete(digest);
  world.notes.set(digest, { runId: 'run-0', atMs: world.clock.now() });
}

describe('a blob that no manifest names', () => {
  test('loses its links first, with its exact size and the repositories that have it', async () => {
    const { world, orphan, store } = smallWorld();
    linkBlob(world, 'team/other', orphan);
    world.clock.forward(2 * DAY_MS);
    const planned = await planMemoryStore(store);

    const [action, ...others] = planned.plan.actions;
    expect(others).toEqual([]);
    expect(action).toMatchObject({
      ...{ n: 1, do: 'unlink-blob', reason: 'no-manifest', freesBytes: 15, after: [] },
      target: { kind: 'blob', scope: store.name, key: orphan },
      repositories: ['team/app', 'team/other'],
      expects: { sizeBytes: 15 },
    });
    expect(planned.plan.header.store).toMatchObject({
      ...{ repositories: 2, tags: 1, manifests: 1, blobs: 5, live: 4, unneeded: 1, young: 0, hidden: 0 },
      wouldDelete: { blobs: 1, reclaimableBytes: 15, purgedBytes: 0 },
      steps: { 'unlink-blob': 1 },
    });
  });

  test('stays while it, or a link to it, is young', async () => {
    const { world, orphan, store } = smallWorld();
    expect(stepsOf(await planMemoryStore(store))).toEqual({});

    world.clock.forward(2 * DAY_MS);
    linkBlob(world, 'team/other', orphan);
    const planned = await planMemoryStore(store);
    expect(stepsOf(planned)).toEqual({});
    expect(planned.plan.header.store).toMatchObject({ unneeded: 1, young: 1 });
    expect(planned.plan.header.keptByReason).toMatchObject({ 'keep-younger-than': 1, tagged: 1 });
  });

  test('may be of any age where the least age is zero', async () => {
    const { orphan, store } = smallWorld();
    expect(stepsOf(await planMemoryStore(store, { minBlobAgeMs: 0 }))).toEqual({
      [orphan]: 'unlink-blob (no-manifest)',
    });
  });

  test('is hidden after its grace, and goes for good after its hold', async () => {
    const { world, orphan, store } = smallWorld();
    world.clock.forward(2 * DAY_MS);
    unlink(world, orphan);
    world.clock.forward(HOUR_MS);
    const waiting = await planMemoryStore(store);
    expect(stepsOf(waiting)).toEqual({});
    expect(waiting.plan.header.store).toMatchObject({ unneeded: 1, waiting: 1 });

    world.clock.forward(DAY_MS);
    expect(stepsOf(await planMemoryStore(store))).toEqual({ [orphan]: 'hide-blob (grace-over)' });

    hide(world, orphan);
    world.clock.forward(6 * DAY_MS);
    const held = await planMemoryStore(store);
    expect(stepsOf(held)).toEqual({});
    expect(held.plan.header.store).toMatchObject({ blobs: 4, unneeded: 0, hidden: 1, hiddenBytes: 15 });

    world.clock.forward(2 * DAY_MS);
    const purged = await planMemoryStore(store);
    expect(stepsOf(purged)).toEqual({ [orphan]: 'purge-blob (hold-over)' });
    expect(purged.plan.header.store?.wouldDelete).toEqual({ blobs: 1, reclaimableBytes: 15, purgedBytes: 15 });
  });

  test('loses its links again where a run died while it removed them', async () => {
    const { world, orphan, store } = smallWorld();
    world.clock.forward(2 * DAY_MS);
    world.notes.set(orphan, { runId: 'run-0.begun', atMs: world.clock.now() });
    world.clock.forward(2 * DAY_MS);
    expect(stepsOf(await planMemoryStore(store))).toEqual({ [orphan]: 'unlink-blob (no-manifest)' });
  });

  test('takes all steps that need no waiting in one plan, where nobody can push', async () => {
    const { orphan, store } = smallWorld();
    const policy = { minBlobAgeMs: 0, graceMs: 0 };
    const planned = await planMemoryStore(store, policy, { isReadOnly: true });
    expect(stepsOf(planned)).toEqual({ [orphan]: 'unlink-blob (no-manifest), hide-blob (no-manifest)' });
    expect([...planned.plan.actions].map(({ after, freesBytes }) => ({ after, freesBytes }))).toEqual([
      { after: [], freesBytes: 0 },
      { after: [1], freesBytes: 15 },
    ]);

    const all = await planMemoryStore(store, { ...policy, holdMs: 0 }, { isReadOnly: true });
    expect([...all.plan.actions].map(({ do: kind }) => kind)).toEqual(['unlink-blob', 'hide-blob', 'purge-blob']);
    expect(all.plan.header.store?.wouldDelete).toEqual({ blobs: 1, reclaimableBytes: 15, purgedBytes: 15 });

    expect(stepsOf(await planMemoryStore(store, policy))).toEqual({ [orphan]: 'unlink-blob (no-manifest)' });
  });
});

describe('a blob on its way out comes back', () => {
  test('when a manifest names it again, hidden or not', async () => {
    const { world, orphan, store } = smallWorld();
    const config = uploadBlob(world, 'team/app', '{}');
    unlink(world, orphan);
    putManifestBytes(
      world,
      'team/app',
      imageManifest({ digest: config, sizeBytes: 2 }, [{ digest: orphan, sizeBytes: 15 }]),
    );
    expect(stepsOf(await planMemoryStore(store))).toEqual({ [orphan]: 'restore-blob (in-use-again)' });
    hide(world, orphan);
    expect(stepsOf(await planMemoryStore(store))).toEqual({ [orphan]: 'restore-blob (in-use-again)' });
  });

  test('when somebody links it again, and its dangling link is left alone', async () => {
    const { world, orphan, store } = smallWorld();
    world.clock.forward(2 * DAY_MS);
    unlink(world, orphan);
    world.clock.forward(2 * DAY_MS);
    linkBlob(world, 'team/app', orphan);
    expect(stepsOf(await planMemoryStore(store))).toEqual({ [orphan]: 'restore-blob (in-use-again)' });
    hide(world, orphan);
    world.clock.forward(20 * DAY_MS);
    expect(stepsOf(await planMemoryStore(store))).toEqual({ [orphan]: 'restore-blob (in-use-again)' });
  });

  test('when it was uploaded anew: then the hidden copy is dropped', async () => {
    const { world, orphan, store } = smallWorld();
    unlink(world, orphan);
    hide(world, orphan);
    uploadBlob(world, 'team/app', 'nobody names me');
    expect(stepsOf(await planMemoryStore(store))).toEqual({ [orphan]: 'restore-blob (in-use-again)' });
  });
});

describe('manifests without a tag', () => {
  test('keep their blobs, unless untagged ones are to go', async () => {
    const world = createStoreWorld();
    pushStoreImage(world, 'app', { tags: ['v1'], layers: ['base'], label: 'one' });
    const untagged = pushStoreImage(world, 'app', { layers: ['base', 'own'], label: 'two' });
    const store = createMemoryStore({ world });
    world.clock.forward(2 * DAY_MS);
    expect(stepsOf(await planMemoryStore(store))).toEqual({});

    const planned = await planMemoryStore(store, { deleteUntagged: true });
    expect(stepsOf(planned)).toEqual({
      [untagged.digest]: 'delete-manifest (untagged), unlink-blob (no-manifest)',
      [untagged.config]: 'unlink-blob (no-manifest)',
      [untagged.layers[1] as Digest]: 'unlink-blob (no-manifest)',
    });
    const actions = [...planned.plan.actions];
    expect(actions[0]?.do).toBe('delete-manifest');
    expect(actions[1]).toMatchObject({ do: 'unlink-blob', target: { key: untagged.digest }, after: [1] });
    expect(actions.slice(2).map(({ after }) => after)).toEqual([[2], [2]]);
  });

  test('stay while they are young', async () => {
    const world = createStoreWorld();
    pushStoreImage(world, 'app', { layers: ['own'] });
    const planned = await planMemoryStore(createMemoryStore({ world }), { deleteUntagged: true });
    expect(stepsOf(planned)).toEqual({});
    expect(planned.plan.header.keptByReason).toMatchObject({ 'keep-younger-than': 1 });
  });

  test('stay as children of a tagged index, also where another repository has lost the child', async () => {
    const world = createStoreWorld();
    const child = pushStoreImage(world, 'a', { layers: ['child layer'] });
    pushStoreImage(world, 'b', { layers: ['child layer'] });
    const bytes = indexManifest([{ digest: child.digest, sizeBytes: 100 }]);
    for (const repository of ['a', 'b']) putManifestBytes(world, repository, bytes, ['all']);
    world.repository('a').revisions.delete(child.digest);
    world.clock.forward(2 * DAY_MS);
    expect(stepsOf(await planMemoryStore(createMemoryStore({ world }), { deleteUntagged: true }))).toEqual({});
  });

  test('stay as referrers of what is tagged, and go with it otherwise', async () => {
    const world = createStoreWorld();
    const image = pushStoreImage(world, 'app', { tags: ['v1'], layers: ['base'] });
    const signature = uploadBlob(world, 'app', 'signature');
    const config = uploadBlob(world, 'app', '{}');
    const plain = JSON.parse(
      imageManifest({ digest: config, sizeBytes: 2 }, [{ digest: signature, sizeBytes: 9 }]).toString('utf8'),
    );
    const subject = { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest: image.digest, size: 1 };
    const referrer = putManifestBytes(world, 'app', Buffer.from(JSON.stringify({ ...plain, subject })));
    world.clock.forward(2 * DAY_MS);
    const store = createMemoryStore({ world });
    expect(stepsOf(await planMemoryStore(store, { deleteUntagged: true }))).toEqual({});

    world.repository('app').tags.clear();
    const steps = stepsOf(await planMemoryStore(store, { deleteUntagged: true }));
    expect(steps[referrer]).toMatch(/^delete-manifest/);
    expect(steps[signature]).toBe('unlink-blob (no-manifest)');
  });

  test('stay where somebody else holds their digest', async () => {
    const world = createStoreWorld();
    const untagged = pushStoreImage(world, 'app', { layers: ['own'] });
    world.clock.forward(2 * DAY_MS);
    const store = createMemoryStore({ world });
    const planned = await planMemoryStore(
      store,
      { deleteUntagged: true },
      {
        holders: [
          {
            name: 'records test',
            survey: async (sink) =>
              sink.holds(sink.resource('manifest', `${store.name}/app`, untagged.digest), 'a pod'),
          },
        ],
      },
    );
    expect(stepsOf(planned)).toEqual({});
    expect(planned.plan.header.keptByReason).toMatchObject({ held: 1 });
  });
});

describe('what lies about', () => {
  test('goes by its own age, kind by kind', async () => {
    const { world, orphan, store } = smallWorld();
    world.blobs.delete(orphan);
    world.temporary.set('docker/registry/v2/x.tmp', { sizeBytes: 3, atMs: world.clock.now() });
    world.repository('team/app').uploads.set('uuid-1', { sizeBytes: 100, atMs: world.clock.now() });
    world.repository('nothing');
    expect(stepsOf(await planMemoryStore(store))).toEqual({ nothing: 'delete-repository (empty-repository)' });

    world.clock.forward(2 * DAY_MS);
    const steps = {
      nothing: 'delete-repository (empty-repository)',
      [orphan]: 'delete-link (dangling-link)',
      'docker/registry/v2/x.tmp': 'delete-temporary (stale-temporary)',
    };
    expect(stepsOf(await planMemoryStore(store))).toEqual(steps);
    world.clock.forward(6 * DAY_MS);
    const planned = await planMemoryStore(store);
    expect(stepsOf(planned)).toEqual({ ...steps, 'uuid-1': 'delete-upload (stale-upload)' });
    expect([...planned.plan.actions].at(-1)?.do).toBe('delete-repository');
    expect(planned.plan.header.freesBytes).toBe(103);
  });

  test('stays where a manifest asks for what a link should lead to', async () => {
    const { world, image, store } = smallWorld();
    world.blobs.delete(image.layers[0] as Digest);
    world.clock.forward(2 * DAY_MS);
    expect(Object.keys(stepsOf(await planMemoryStore(store)))).not.toContain(image.layers[0]);
  });
});

describe('what could not be seen', () => {
  test('keeps all that the repository has links to, and is told', async () => {
    const { world, image, orphan, store } = smallWorld();
    const elsewhere = uploadBlob(world, 'other', 'not here');
    world.blobs.delete(image.digest);
    world.clock.forward(2 * DAY_MS);
    const planned = await planMemoryStore(store);
    expect(Object.keys(stepsOf(planned))).toEqual([elsewhere]);
    expect(planned.plan.header.gaps).toHaveLength(1);
    expect(planned.decisions.reasonOf(planned.evidence.resources.find('blob', store.name, orphan) as number).code).toBe(
      'referenced',
    );
  });

  test('ends the plan when the walk fails', async () => {
    const { store } = smallWorld();
    const failing = {
      ...store,
      source: () => ({ name: store.name, survey: () => Promise.reject(new Error('EACCES')) }),
    };
    await expect(planMemoryStore(failing)).rejects.toThrow('EACCES');
  });
});

describe('a plan', () => {
  test('changes nothing on the storage', async () => {
    const { world, store } = smallWorld();
    world.clock.forward(2 * DAY_MS);
    const before = storePicture(world);
    await planMemoryStore(store, { deleteUntagged: true });
    expect(storePicture(world)).toBe(before);
  });

  test('of one part has only blobs of that part; all parts together have all, each once', async () => {
    const world = createStoreWorld();
    pushStoreImage(world, 'app', { tags: ['v1'] });
    for (let n = 0; n < 40; n += 1) uploadBlob(world, 'app', `orphan ${n}`);
    const store = createMemoryStore({ world });
    const parts = await Promise.all(
      [1, 2, 3].map((index) => planMemoryStore(store, { minBlobAgeMs: 0 }, { shard: { index, count: 3 } })),
    );
    const targets = parts.flatMap(({ plan }) => [...plan.actions].map(({ target }) => formatResource(target)));
    expect(new Set(targets).size).toBe(40);
    expect(targets).toHaveLength(40);
    for (const { plan } of parts) expect(plan.header.actionCount).toBeLessThan(30);
  });

  test('keeps the data of manifests where a cache may still know them', async () => {
    const { world, store } = smallWorld();
    const gone = pushStoreImage(world, 'team/app', { layers: ['x'] });
    world.repository('team/app').revisions.delete(gone.digest);
    world.clock.forward(2 * DAY_MS);
    expect(Object.keys(stepsOf(await planMemoryStore(store)))).toContain(gone.digest);
    const planned = await planMemoryStore(store, {}, { keepManifestData: true });
    expect(Object.keys(stepsOf(planned))).not.toContain(gone.digest);
    expect(planned.plan.header.keptByReason).toMatchObject({ 'cached-manifest': 1 });
  });

  test('breaks its limit when too much would go, when nothing is marked, and when there is no repository', async () => {
    const { world, store } = smallWorld();
    for (let n = 0; n < 20; n += 1) uploadBlob(world, 'team/app', `orphan ${n}`);
    world.clock.forward(2 * DAY_MS);
    const broken = async () => (await planMemoryStore(store, {}, { maxDeleteRatio: 0.3 })).plan.header.broken;
    expect(await broken()).toEqual([expect.stringContaining('21 of 25 blobs would go, more than 30 %')]);
    world.repository('team/app').revisions.clear();
    expect(await broken()).toEqual([expect.stringContaining('not one of 25 blobs is needed')]);
    world.repositories.clear();
    expect(await broken()).toEqual([expect.stringContaining('no repository at all')]);
  });
});
