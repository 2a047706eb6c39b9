import { describe, expect, test } from 'vitest';
import { digestOf, type OcCase, ocCase, policyOf } from '../../test/oc/cases.ts';
import { toObjects } from '../../test/oc/objects.ts';
import {
  applyImages,
  fillRegistry,
  historyIn,
  type ImagesWorld,
  imagesWorld,
  NOW_MS,
  planImages,
} from '../../test/support/images-world.ts';
import type { RunReport } from '../apply/run-report.ts';
import type { KubeObject } from '../systems/cluster/contract.ts';
import { integratedRegistryFailure } from '../systems/integrated-registry/failure.ts';

/* OC-31: foo/bar:latest has D0, D2, D3 and D4; the newest three stay. OC-52 the same, and D4 alone has layer5 to layer8. */

const D4 = digestOf('D4');

async function ground(id: string) {
  const one = ocCase(id);
  const policy = policyOf(one);
  const world = imagesWorld(toObjects(one, NOW_MS));
  await fillRegistry(world);
  const planned = await planImages(world, { policy });
  expect([...planned.plan.actions].length).toBeGreaterThan(3);
  const apply = (more: object = {}) => applyImages(world, planned, { policy, ...more });
  return { one, policy, world, planned, apply };
}

function has(world: ImagesWorld, name: string): boolean {
  return world.api.objects.has(`Image ${digestOf(name)}`);
}

function historyOf(world: ImagesWorld, tag = 'latest'): readonly string[] {
  return historyIn(world, 'foo/bar', tag);
}

function causes({ causes: all }: RunReport): Readonly<Record<string, number>> {
  return Object.fromEntries(all.map(({ cause, count }) => [cause, count]));
}

/** Somebody tags an image: a new item at the front of a history. */
function tagged(stream: KubeObject, tag: string, image: string): KubeObject {
  const { tags } = stream['status'] as { readonly tags: readonly { readonly tag: string; readonly items: object[] }[] };
  const item = { created: new Date(NOW_MS).toISOString(), image, generation: 9 };
  const others = tags.filter((one) => one.tag !== tag);
  const items = tags.find((one) => one.tag === tag)?.items ?? [];
  return { ...stream, status: { tags: [...others, { tag, items: [item, ...items] }] } };
}

describe('a run on OpenShift’s images', () => {
  test('removes items first, then links, then data, then the Image: each only when what keeps it is gone', async () => {
    const { world, apply } = await ground('OC-52');
    const order: string[] = [];
    world.api.onCall = (call) => void order.push(call.split(' ')[0] ?? '');
    world.registry.onCall = (call) => void order.push(call.split(' ')[0] ?? '');

    expect((await apply()).tally).toMatchObject({ failed: 0, skipped: 0 });
    expect(order.filter((call, index) => call !== order[index - 1])).toEqual([
      ...['assertCanDelete', 'updateStreamStatus', 'list'],
      ...['deleteManifestLink', 'deleteLayerLink', 'deleteBlob', 'deleteImage'],
    ]);
    expect(historyOf(world)).toEqual(['D1', 'D2', 'D3'].map(digestOf));
    expect(has(world, 'D4')).toBe(false);
  });

  test('a second run finds nothing more to do', async () => {
    const { world, apply, policy } = await ground('OC-52');
    await apply();

    expect([...(await planImages(world, { policy }, 'run-2')).plan.actions]).toEqual([]);
  });

  test('applied twice, the second time all is gone already', async () => {
    const { apply } = await ground('OC-52');
    const first = await apply();
    const second = await apply({ runId: 'run-1b' });

    expect(second.tally).toMatchObject({ done: 0, failed: 0, skipped: 0, alreadyGone: first.tally.done });
  });

  test('all items of a stream go in one request, and a tag without items vanishes', async () => {
    const { world, apply } = await ground('OC-41');
    await apply();

    expect(world.api.calls.filter((call) => call === 'updateStreamStatus foo/bar')).toHaveLength(1);
    expect(historyOf(world, 'dummy')).toEqual([]);
    expect(JSON.stringify(world.api.objects.get('ImageStream foo/bar'))).not.toContain('"dummy"');
  });
});

describe('a stream that others write as well', () => {
  test('is read and looked at again after a conflict; earlier attempts count for nothing (H9)', async () => {
    const { world, apply } = await ground('OC-31');
    let conflicts = 4;
    world.api.onCall = (call) => {
      if (!call.startsWith('updateStreamStatus') || conflicts === 0) return;
      conflicts -= 1;
      world.api.change('ImageStream foo/bar', (stream) => ({ ...stream, spec: { conflicts } }));
    };
    const report = await apply();

    expect(report.tally).toMatchObject({ failed: 0, skipped: 0 });
    expect(historyOf(world)).not.toContain(D4);
  });

  test('is left alone after five conflicts, and so is all that the update would have released (H1, H4, DV-08, DV-11)', async () => {
    const { world, apply } = await ground('OC-52');
    world.api.onCall = (call) => {
      if (call.startsWith('updateStreamStatus')) world.api.change('ImageStream foo/bar', (stream) => stream);
    };
    const report = await apply();

    expect(world.api.calls.filter((call) => call.startsWith('updateStreamStatus'))).toHaveLength(5);
    expect(historyOf(world)).toContain(D4);
    expect(world.registry.calls).toEqual([]);
    expect(has(world, 'D4')).toBe(true);
    expect(causes(report)).toEqual({ IMAGES_STREAM_BUSY: 1, 'keeper-stayed': expect.any(Number) });
  });

  test.each(['forbidden', 'internal error'])(
    'that can not be written (%s) keeps all that it names (H1)',
    async (why) => {
      const { world, apply } = await ground('OC-52');
      world.api.onCall = (call) => {
        if (call.startsWith('updateStreamStatus')) throw new Error(why);
      };
      const report = await apply();

      expect(world.registry.calls).toEqual([]);
      expect(has(world, 'D4')).toBe(true);
      expect(report.tally.failed).toBe(1);
    },
  );

  test('whose answer was lost, but not the request, counts as written', async () => {
    const { world, apply } = await ground('OC-31');
    const { updateStreamStatus } = world.api;
    world.api.updateStreamStatus = async (stream, signal) => {
      await updateStreamStatus(stream, signal);
      throw new Error('the connection was cut');
    };

    expect((await apply()).tally).toMatchObject({ failed: 0, skipped: 0 });
  });

  test('that is deleted meanwhile is no failure, and counts as gone (H7, DV-09)', async () => {
    const { world, apply } = await ground('OC-52');
    world.api.onCall = (call) => {
      if (call.startsWith('updateStreamStatus')) world.api.objects.delete('ImageStream foo/bar');
    };
    const report = await apply();

    expect(report.tally.failed).toBe(0);
    expect(report.steps['delete-stream-item']).toEqual({ count: 1, bytes: 0 });
  });

  test('that lost newer items keeps the item that moved up', async () => {
    const { world, apply } = await ground('OC-31');
    world.api.change('ImageStream foo/bar', (stream) => {
      const { tags } = stream['status'] as { readonly tags: readonly { readonly items: readonly object[] }[] };
      return { ...stream, status: { tags: tags.map((one) => ({ ...one, items: one.items.slice(1) })) } };
    });
    const report = await apply();

    expect(causes(report)).toMatchObject({ 'target-changed': 1 });
    expect(historyOf(world)).toContain(D4);
    expect(has(world, 'D4')).toBe(true);
  });
});

describe('what is in use again when its turn comes', () => {
  test('stays: an image that was tagged anew in the same stream (DV-10)', async () => {
    const { world, apply } = await ground('OC-52');
    world.api.change('ImageStream foo/bar', (stream) => tagged(stream, 'again', D4));
    const report = await apply();

    expect(has(world, 'D4')).toBe(true);
    expect(world.registry.calls).toEqual([]);
    expect(historyOf(world, 'again')).toEqual([D4]);
    expect(causes(report)).toMatchObject({ 'in-use-again': expect.any(Number) });
  });

  test('stays: an image that a stream names which came later (H3)', async () => {
    const { world, apply } = await ground('OC-52');
    const created = new Date(NOW_MS).toISOString();
    world.api.put({
      ...{ apiVersion: 'image.openshift.io/v1', kind: 'ImageStream' },
      metadata: { namespace: 'foo', name: 'late', creationTimestamp: created },
      status: { tags: [{ tag: 'v1', items: [{ created, image: D4 }] }] },
    });
    await apply();

    expect(has(world, 'D4')).toBe(true);
    expect(world.registry.data.has(D4)).toBe(true);
    expect(world.registry.data.has(digestOf('layer5'))).toBe(true);
  });

  test('stays: an image that a pod began to use after the plan was made (H3, H5)', async () => {
    const { world, apply } = await ground('OC-52');
    world.users.push({
      ...{ apiVersion: 'v1', kind: 'Pod', metadata: { namespace: 'other', name: 'late' } },
      spec: { containers: [{ name: 'app', image: `registry.example/foo/bar@${D4}` }] },
      status: { phase: 'Running' },
    });
    const report = await apply({ isOld: true });

    expect(historyOf(world)).toContain(D4);
    expect(has(world, 'D4')).toBe(true);
    expect(causes(report)).toMatchObject({ 'in-use-again': expect.any(Number) });
  });

  test('stays: a link of a stream that got something new between the last look and the deletion', async () => {
    const { world, apply } = await ground('OC-52');
    let looks = 0;
    world.api.onCall = (call) => {
      if (call !== 'list') return;
      looks += 1;
      // After the look, before the first link goes.
      queueMicrotask(() =>
        setTimeout(() => world.api.change('ImageStream foo/bar', (stream) => tagged(stream, 'new', digestOf('D9'))), 0),
      );
    };
    const { stream } = world.api;
    world.api.stream = async (...args) => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      return await stream(...args);
    };
    const report = await apply();

    expect(looks).toBeGreaterThan(0);
    expect(world.registry.calls.filter((call) => /Link/.test(call))).toEqual([]);
    expect(causes(report)).toMatchObject({ 'in-use-again': expect.any(Number) });
  });

  test('stays where nobody can be asked any more: what could not be seen keeps', async () => {
    const { world, apply } = await ground('OC-52');
    const planAgain = () => Promise.reject(new Error('the API server does not answer'));
    const report = await apply({ planAgain });

    // The items were decided on just now; what hangs on them needs a new look.
    expect(historyOf(world)).not.toContain(D4);
    expect(world.registry.calls).toEqual([]);
    expect(has(world, 'D4')).toBe(true);
    expect(causes(report)).toEqual({ 'evidence-stale': expect.any(Number), 'keeper-stayed': expect.any(Number) });
  });

  test('an Image that was changed since the plan was made stays', async () => {
    const { world, apply } = await ground('OC-31');
    world.api.change(`Image ${D4}`, (image) => ({ ...image, signatures: [{}] }));
    const report = await apply();

    expect(has(world, 'D4')).toBe(true);
    expect(causes(report)).toMatchObject({ 'target-changed': 1 });
  });
});

describe('a registry', () => {
  test('that does not delete is found out before anything is done (DV-24)', async () => {
    const { world, apply } = await ground('OC-52');
    world.registry.onCall = (call) => {
      if (call === 'assertCanDelete') throw integratedRegistryFailure('INTEGRATED_REGISTRY_UNSUPPORTED', 'asking: 405');
    };

    await expect(apply()).rejects.toMatchObject({ code: 'INTEGRATED_REGISTRY_UNSUPPORTED' });
    expect(historyOf(world)).toContain(D4);
    expect(await world.journal.runs()).toEqual([]);
  });

  test('that stops deleting in the middle is asked no more, and told once', async () => {
    const { world, apply } = await ground('OC-52');
    world.registry.onCall = (call) => {
      if (call.startsWith('delete'))
        throw integratedRegistryFailure('INTEGRATED_REGISTRY_UNSUPPORTED', 'deleting: 405');
    };
    const report = await apply();

    expect(world.registry.calls).toHaveLength(1);
    expect(has(world, 'D4')).toBe(true);
    expect(report.causes.filter(({ result }) => result === 'failed')).toHaveLength(1);
  });

  test('is not needed where API objects alone go', async () => {
    const one: OcCase = ocCase('OC-06');
    const policy = policyOf(one);
    const world = imagesWorld(toObjects(one, NOW_MS));
    const planned = await planImages(world, { policy });
    const { registry: _, ...withoutRegistry } = world;
    const report = await applyImages(world, planned, { policy, registry: undefined as never });

    expect(withoutRegistry.api.objects.has(`Image ${digestOf('D0')}`)).toBe(false);
    expect(report.tally).toMatchObject({ failed: 0, skipped: 0 });
    expect(world.registry.calls).toEqual([]);
  });
});

describe('what stops a mistake', () => {
  test('two runs at a time do not go together (DV-25)', async () => {
    const { world, apply } = await ground('OC-31');
    const lease = await world.leases.acquire(
      'image API openshift:api.example:6443',
      'somebody',
      new AbortController().signal,
    );

    await expect(apply()).rejects.toMatchObject({ code: 'LEASE_HELD' });
    expect(historyOf(world)).toContain(D4);
    await lease.release();
  });

  test('a plan beyond a limit is not applied (DV-28)', async () => {
    const { world, policy } = await ground('OC-52');
    const planned = await planImages(world, { policy, limits: { maxDeletions: 0 } });

    expect(planned.plan.header.broken.length).toBeGreaterThan(0);
    await expect(applyImages(world, planned, { policy })).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
    expect(historyOf(world)).toContain(D4);
  });

  test('a polite stop finishes what is under way and skips the rest', async () => {
    const { world, apply } = await ground('OC-52');
    const stop = new AbortController();
    world.api.onCall = (call) => {
      if (call.startsWith('updateStreamStatus')) stop.abort();
    };
    const report = await apply({ signal: stop.signal });

    expect(report.stopped).toBe(true);
    expect(historyOf(world)).not.toContain(D4);
    expect(world.registry.calls).toEqual([]);
    expect(causes(report)).toEqual({ stopped: expect.any(Number), 'keeper-stayed': expect.any(Number) });
  });
});
