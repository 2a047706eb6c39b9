import { beforeEach, describe, expect, test } from 'vitest';
import { createMemoryStore, type MemoryStore } from '../../test/support/memory-store.ts';
import {
  indexManifest,
  type PushedImage,
  pushStoreImage,
  putManifestBytes,
  uploadBlob,
} from '../../test/support/memory-store-world.ts';
import { planMemoryStore } from '../../test/support/store-plan.ts';
import { applyToStore, planSimply, storeRig } from '../../test/support/store-rig.ts';
import type { Sink, Source } from '../evidence/sink.ts';
import type { Digest } from '../oci/digest.ts';
import { heldByUses, type StoreUses } from './held-by-uses.ts';

const DAY_MS = 24 * 3_600_000;

let store: MemoryStore;
let used: PushedImage;
let other: PushedImage;
/** An index of the two: untagged as they are. */
let list: Digest;

beforeEach(() => {
  store = createMemoryStore();
  pushStoreImage(store.world, 'app', { tags: ['v1'], layers: ['base'] });
  used = pushStoreImage(store.world, 'app', { layers: ['base', 'one'], label: 'one' });
  other = pushStoreImage(store.world, 'team/other', { layers: ['base', 'two'], label: 'two' });
  list = pushIndex('app', [used]);
  store.world.clock.forward(30 * DAY_MS);
});

function pushIndex(repository: string, images: readonly PushedImage[]): Digest {
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const manifests = images.map(({ digest }) => ({ mediaType, digest, size: 1 }));
  const body = { schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests };
  return putManifestBytes(store.world, repository, Buffer.from(JSON.stringify(body)));
}

/** A cluster with a pod that names this image. @param endedAtMs - when it was made, where it has ended */
function clusterWith(image: string, endedAtMs?: number): Source {
  return {
    name: 'cluster prod',
    survey: async (sink) => {
      const pod = sink.resource('workload', 'prod/shop', 'Pod/web');
      sink.exists(pod, endedAtMs === undefined ? {} : { createdAtMs: endedAtMs });
      sink.refers(pod, sink.resource('image-reference', '', image), 'uses');
      if (endedAtMs === undefined) sink.holds(pod, 'Pod shop/web (Running)');
    },
  };
}

const silent: Source = {
  name: 'cluster prod',
  survey: async (sink: Sink) =>
    sink.gap({ scope: 'registry.example', hides: 'holds', source: 'cluster prod', cause: '403 Forbidden' }),
};

const names = () => ({ used: used.digest, other: other.digest, list });

function namesOf(digests: Iterable<string>): readonly string[] {
  const found = new Set(digests);
  return Object.entries(names()).flatMap(([name, digest]) => (found.has(digest) ? [name] : []));
}

describe('a plan', () => {
  async function going(cluster: Source, uses: Partial<StoreUses> = {}) {
    const holder = heldByUses(
      cluster,
      store.name,
      { bad: 'protect', endedForMs: DAY_MS, ...uses },
      store.world.clock.now,
    );
    const { plan } = await planMemoryStore(store, { deleteUntagged: true }, { holders: [holder] });
    const gone = [...plan.actions].filter((action) => action.do === 'delete-manifest');
    return namesOf(gone.map(({ target }) => target.key));
  }

  test('takes all that no tag leads to where nobody uses it', async () => {
    expect(await going(clusterWith('registry.example/app:v1'))).toEqual(['used', 'other', 'list']);
  });

  test('keeps what a pod names by its digest, of whatever registry, and the index that lists it', async () => {
    expect(await going(clusterWith(`mirror.example/elsewhere@${used.digest}`))).toEqual(['other']);
    expect(await going(clusterWith(used.digest))).toEqual(['other']);
  });

  test('keeps the images of an index that a pod names', async () => {
    expect(await going(clusterWith(`registry.example/app@${list}`))).toEqual(['other']);
  });

  test('keeps an image of which a pod names the config alone', async () => {
    expect(await going(clusterWith(other.config))).toEqual(['used', 'list']);
  });

  test('keeps what a name that can not be read might mean, unless such names are passed over', async () => {
    const half = `registry.example/APP@sha256:${used.digest.slice(7, 27)}`;
    expect(await going(clusterWith(half))).toEqual(['other']);
    expect(await going(clusterWith('!team/other!'))).toEqual(['used', 'list']);
    expect(await going(clusterWith(half), { bad: 'ignore' })).toEqual(['used', 'other', 'list']);
  });

  test('is none where such names are to stop it', async () => {
    await expect(going(clusterWith('!app!'), { bad: 'abort' })).rejects.toMatchObject({
      code: 'REFERENCES_UNREADABLE',
    });
  });

  test('keeps what a pod named that ended lately, and no longer than that', async () => {
    const now = store.world.clock.now();
    expect(await going(clusterWith(`x/app@${used.digest}`, now - DAY_MS / 2))).toEqual(['other']);
    expect(await going(clusterWith(`x/app@${used.digest}`, now - 2 * DAY_MS))).toEqual(['used', 'other', 'list']);
  });

  test('takes no manifest while a cluster can not tell all that it uses', async () => {
    expect(await going(silent)).toEqual([]);
  });
});

describe('while a plan is applied', () => {
  /** A plan by which all three go. */
  async function applied(cluster: Source) {
    const manifests = [`app@${list}`, `app@${used.digest}`, `team/other@${other.digest}`];
    const plan = await planSimply(store, { manifests, blobs: [] });
    const rules = { aliases: [], defaultRegistries: [], bad: 'protect' } as const;
    const uses = { sources: [cluster], rules, endedForMs: DAY_MS, maxAgeMs: 1000 };
    const report = await applyToStore(storeRig(store), plan, { holders: { sources: [], maxAgeMs: 0, uses } });
    const left = ['app', 'team/other'].flatMap((name) => [...store.world.repository(name).revisions.keys()]);
    return { report, left: namesOf(left) };
  }

  test('what nobody uses goes as planned', async () => {
    const { report, left } = await applied(clusterWith('registry.example/app:v1'));
    expect([left, report.undone]).toEqual([[], []]);
  });

  test('an index of layers, as build caches push them, goes however large they are', async () => {
    const layer = uploadBlob(store.world, 'app', 'x'.repeat(5 << 20));
    list = putManifestBytes(store.world, 'app', indexManifest([{ digest: layer, sizeBytes: 5 << 20 }]));
    store.world.clock.forward(DAY_MS);

    const { report } = await applied(clusterWith('registry.example/app:v1'));
    expect(report.undone).toEqual([]);
  });

  test('what a pod has come to use since stays, with the index that lists it, and others go', async () => {
    const { report, left } = await applied(clusterWith(`mirror.example/elsewhere@${used.digest}`));
    expect(left).toEqual(['used', 'list']);
    expect(report.undone).toMatchObject([
      {
        outcome: { guard: 'in-use-again', why: expect.stringContaining('Pod shop/web (Running) uses mirror.example') },
      },
      { outcome: { guard: 'in-use-again' } },
    ]);
  });

  test('so does an image of which a pod names the config, and what a bad name might mean', async () => {
    expect((await applied(clusterWith('!team/other!'))).left).toEqual(['other']);
    expect((await applied(clusterWith(other.config))).left).toEqual(['other']);
  });

  test('no manifest goes while a cluster can not tell all that it uses', async () => {
    const { report, left } = await applied(silent);
    expect(left).toEqual(['used', 'other', 'list']);
    expect(report.causes).toContainEqual({ result: 'skipped', cause: 'evidence-stale', count: 3 });
  });

  test('nothing is done at all when a cluster refuses to be asked', async () => {
    const refusing: Source = {
      name: 'cluster prod',
      survey: async () => {
        throw new Error('no such context');
      },
    };
    await expect(applied(refusing)).rejects.toThrow('no such context');
    expect(store.world.repository('app').revisions.has(used.digest)).toBe(true);
  });
});
