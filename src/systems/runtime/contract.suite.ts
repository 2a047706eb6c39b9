import { beforeAll, describe, expect, test } from 'vitest';
import { collectEvidence, type Evidence } from '../../evidence/evidence.ts';
import type { ResourceId } from '../../evidence/resource.ts';
import type { Runtime } from './contract.ts';

/** A runtime with two images, of which one has a running container. */
export interface RuntimeWorld {
  readonly runtime: Runtime;
  /** `host/repository:tag`. */
  readonly used: string;
  readonly unused: string;
  /** Whether this runtime tells when an image was pulled. */
  readonly tellsPulls: boolean;
}

/** What every container runtime has to do. `open` makes its world; the unused image is gone in the end. */
export function runtimeContract(name: string, open: () => Promise<RuntimeWorld>): void {
  describe(`${name} as a runtime`, () => {
    const never = new AbortController().signal;
    let world: RuntimeWorld;
    let evidence: Evidence;

    beforeAll(async () => {
      world = await open();
      const collection = collectEvidence();
      await world.runtime.source({ readConfigs: true }).survey(collection.sink, never);
      evidence = collection.evidence;
    }, 120_000);

    const imageNamed = (wanted: string): ResourceId => {
      const { resources } = evidence;
      for (let id = 0; id < resources.size; id += 1)
        if (
          resources.kind(id) === 'node-image' &&
          evidence.about(id).attributes?.['names']?.split(' ').includes(wanted)
        )
          return id;
      throw new Error(`no image is stated with the name ${wanted}`);
    };
    const usersOf = (image: ResourceId) => {
      const { edges, resources } = evidence;
      const users = [];
      for (let n = 0; n < edges.length; n += 1)
        if (edges.to[n] === image && resources.kind(edges.from[n] as ResourceId) === 'container')
          users.push(edges.from[n] as ResourceId);
      return users;
    };
    const keyOf = (wanted: string) => evidence.resources.key(imageNamed(wanted));

    test('says what it is', async () => {
      const { product, version } = await world.runtime.describe(never);
      expect(product).toMatch(/^(containerd|docker|cri-o)$/);
      expect(version).toMatch(/^\d+\.\d+/);
    });

    test('states both images, built when their configs say, with their labels, and pulled when they were', () => {
      for (const one of [world.used, world.unused]) {
        const about = evidence.about(imageNamed(one));
        expect(about.createdAtMs).toBe(Date.parse('2024-01-01T00:00:00Z'));
        expect(about.attributes?.['label:made-for']).toBe('the contract');
        if (!world.tellsPulls) expect(about.pushedAtMs).toBeUndefined();
        else expect(Math.abs(Date.now() - (about.pushedAtMs ?? 0))).toBeLessThan(600_000);
      }
    });

    test('states who uses which image, and holds what runs', () => {
      const users = usersOf(imageNamed(world.used));
      expect(users).toHaveLength(1);
      expect([...evidence.holds.resources]).toContain(users[0]);
      expect(usersOf(imageNamed(world.unused))).toEqual([]);
    });

    test('lists the container with the image that it uses', async () => {
      const all = await world.runtime.containers(never);
      expect(all.filter(({ images }) => images.includes(keyOf(world.used)))).toHaveLength(1);
      expect(all.filter(({ images }) => images.includes(keyOf(world.unused)))).toEqual([]);
      expect(all.map(({ state }) => state)).not.toContain('exited');
    });

    test('shows an image as it is now, by its key', async () => {
      const image = await world.runtime.image(keyOf(world.unused), never);
      expect(image).toMatchObject({ id: keyOf(world.unused), pinned: false });
      expect(image?.tags).toContain(world.unused);
    });

    test('measures the disk of its images', async () => {
      const disks = await world.runtime.disks(never);
      expect(disks[0]?.space?.capacityBytes).toBeGreaterThan(0);
    });

    test('removes an image, once and again, and leaves the other alone', async () => {
      const key = keyOf(world.unused);
      expect(await world.runtime.removeImage(key, never)).toBe('removed');
      expect(await world.runtime.image(key, never)).toBeUndefined();
      expect(await world.runtime.removeImage(key, never)).toBe('removed');
      await world.runtime.collect(never);
      expect(await world.runtime.image(keyOf(world.used), never)).toBeDefined();
    });

    test('an image that a container uses is there still when its removal was asked for', async () => {
      const key = keyOf(world.used);
      expect(await world.runtime.removeImage(key, never)).toBe('in-use');
      expect((await world.runtime.image(key, never))?.tags).toContain(world.used);
    });
  });
}
