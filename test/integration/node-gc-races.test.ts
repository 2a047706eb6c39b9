import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import { applyNode, type Node, planNode, startNode } from '../support/node-rig.ts';
import { describeReal } from '../support/requirements.ts';
import { busyboxLayer, paddingLayer, pushRunnable } from '../support/runnable-image.ts';

/** In CI a short storm. */
const STORM_MS = process.env['WINNOW_EVERY_ACCIDENT'] === '1' ? 20_000 : 5_000;

describeReal('node-gc against pulls and new pods', ['containerd', 'runc', 'docker-registry', '/bin/busybox'], () => {
  let node: Node;
  let names: readonly string[];

  beforeAll(async () => {
    node = await startNode();
    const box = busyboxLayer();
    const shared = paddingLayer('shared', 600_000);
    names = await Promise.all(
      ['a', 'b', 'c', 'd'].map(async (name) => {
        await pushRunnable(node.registry.url, name, { tag: '1', layers: [box, shared, paddingLayer(name, 100_000)] });
        return `${node.host}${name}:1`;
      }),
    );
  });

  test('an image that a container uses is never gone, and after the storm everything can be pulled and run', async () => {
    const { rig, runtime } = node;
    const endsAtMs = Date.now() + STORM_MS;
    const seen = { plans: 0, removed: 0, skipped: 0, failed: 0, pulls: 0, pods: 0 };
    const errors = new Map<string, number>();
    const missing: string[] = [];
    const tolerant = async (work: () => Promise<void>) => {
      while (Date.now() < endsAtMs)
        await work().catch((error: Error) => {
          const words = error.message.replace(/[0-9a-f]{64}|127\.0\.0\.1:\d+\S*|"[^"]*"/g, '…').slice(0, 90);
          errors.set(words, (errors.get(words) ?? 0) + 1);
        });
    };
    const any = (round: number, salt: number) => names[(round * 7 + salt) % names.length] as string;

    const puller = (salt: number) => {
      let round = 0;
      return tolerant(async () => {
        round += 1;
        await rig.pull(any(round, salt));
        seen.pulls += 1;
      });
    };
    let round = 0;
    const creator = tolerant(async () => {
      round += 1;
      const image = any(round, 3);
      const pod = await rig.pod(`pod-${round}`);
      try {
        const id = await rig.pull(image);
        const container = await rig.container(pod, { image });
        seen.pods += 1;
        // A removal that began before the container was there may take a moment to notice it.
        for (let look = 0; look < 5; look += 1) {
          await sleep(40);
          const there = (await rig.images()).some((one) => one.id === id);
          if (!there && look === 4) missing.push(`${image} of ${container}`);
          if (there && look >= 2) break;
        }
      } finally {
        await removePod(pod.id);
      }
    });
    const remover = tolerant(async () => {
      const planned = await planNode(runtime, { containers: 'none', sandboxes: 'none' });
      seen.plans += 1;
      const { tally } = await applyNode(runtime, planned);
      seen.removed += tally.done;
      seen.skipped += tally.skipped;
      seen.failed += tally.failed;
    });
    await Promise.all([puller(0), puller(1), creator, remover]);

    process.stdout.write(`${JSON.stringify({ ...seen, errors: Object.fromEntries(errors) })}\n`);
    expect(missing).toEqual([]);
    expect(seen.removed).toBeGreaterThan(0);
    expect(seen.pods).toBeGreaterThan(0);
    for (const image of names) {
      await rig.pull(image);
      await rig.container(await rig.pod('after'), { image });
    }
    expect((await rig.containers()).filter(({ state }) => state === 'CONTAINER_RUNNING')).toHaveLength(names.length);
  });

  async function removePod(id: string): Promise<void> {
    await node.runtime.removeSandbox(id, new AbortController().signal);
  }
});
