import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { examineNode } from '../../src/cli/session/examine-node.ts';
import type { Check } from '../../src/report/checks.ts';
import { type Node, startNode } from '../support/node-rig.ts';
import { describeReal, programPath } from '../support/requirements.ts';
import { busyboxLayer, paddingLayer, pushRunnable } from '../support/runnable-image.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

describeReal(
  'doctor on a node with containerd',
  ['containerd', 'ctr', 'runc', 'docker-registry', '/bin/busybox'],
  () => {
    let node: Node;
    let root: string;
    const never = new AbortController().signal;

    beforeAll(async () => {
      node = await startNode();
      root = makeTempFolder('root');
      mkdirSync(join(root, 'etc/containerd'), { recursive: true });
      writeFileSync(join(root, 'etc/containerd/config.toml'), 'version = 2\n');
      await node.rig.pod('web');
    });

    const examine = async (aheadMs = 0): Promise<ReadonlyMap<string, Check>> => {
      const { runtime } = node;
      const checks = await examineNode({
        runtime,
        root,
        timeoutMs: 20_000,
        nowMs: () => Date.now() + aheadMs,
        signal: never,
      });
      return new Map(checks.map((check) => [check.name, check]));
    };

    test('says what answers, and what is in order', async () => {
      const checks = await examine();
      expect(checks.get('runtime: reach')?.finding).toMatch(/^containerd \d+\.\d+/);
      for (const name of ['runtime: socket', 'runtime: leases', 'runtime: other namespaces', 'runtime: packed layers'])
        expect(checks.get(name)).toMatchObject({ status: 'ok' });
      expect(checks.get('node settings: containerd')).toMatchObject({ status: 'ok' });
      expect([...checks.keys()].some((name) => name.startsWith('disk '))).toBe(true);
    });

    test('a sandbox image that is not pinned is told where containerd does not pin it', async () => {
      const [major = 0, minor = 0, patch = 0] = node.containerd.version.split('.').map(Number);
      const pins = major > 1 || minor > 7 || (minor === 7 && patch >= 3) || (minor === 6 && patch >= 22);
      expect((await examine()).get('runtime: sandbox image')).toMatchObject(
        pins
          ? { status: 'ok' }
          : { status: 'warn', finding: `${node.host}pause:1 is not pinned: the kubelet and crictl may remove it` },
      );
    });

    test('images in other namespaces and forgotten leases are told', async () => {
      const ctr = (namespace: string, ...args: readonly string[]) => {
        const all = ['--address', node.containerd.socket, '--namespace', namespace, ...args];
        const { status, stderr } = spawnSync(programPath('ctr'), all, { encoding: 'utf8' });
        expect({ status, stderr }).toMatchObject({ status: 0 });
      };
      ctr('moby', 'images', 'pull', '--plain-http', `${node.host}pause:1`);
      ctr('k8s.io', 'leases', 'create', '--id', 'forgotten', '--expires', '0');
      const checks = await examine(2 * 86_400_000);
      expect(checks.get('runtime: other namespaces')).toMatchObject({
        status: 'warn',
        finding: 'images that no kubelet sees or removes: moby (1)',
      });
      expect(checks.get('runtime: leases')).toMatchObject({
        status: 'warn',
        finding: '1 forgotten, holding 0 B; first: forgotten',
      });
    });

    test('an image that was removed under a running container, and one that has an end, are told', async () => {
      await pushRunnable(node.registry.url, 'app', { tag: '1', layers: [busyboxLayer(), paddingLayer('app', 1000)] });
      const image = `${node.host}app:1`;
      await node.rig.pull(image);
      await node.rig.container(await node.rig.pod('app'), { image });
      expect((await examine()).get('runtime: images of containers')).toMatchObject({ status: 'ok' });
      expect((await examine()).get('runtime: bytes of images')?.finding).toContain('the kubelet is told');

      const address = ['--address', node.containerd.socket, '--namespace', 'k8s.io'];
      for (const { id, repo_tags, repo_digests } of await node.rig.images())
        if (repo_tags.includes(image))
          for (const name of [...repo_tags, ...repo_digests, id])
            spawnSync(programPath('ctr'), [...address, 'images', 'rm', '--sync', name]);
      const label = 'containerd.io/gc.expire=2030-01-01T00:00:00Z';
      spawnSync(programPath('ctr'), [...address, 'images', 'label', `${node.host}pause:1`, label]);
      // CRI takes a moment to notice.
      const gone = { status: 'warn', finding: expect.stringContaining('container app of pod') };
      await expect
        .poll(async () => (await examine()).get('runtime: images of containers'), { timeout: 20_000 })
        .toMatchObject(gone);
      expect((await examine()).get('runtime: expiries')?.finding).toContain(
        `1 with an end; first: ${node.host}pause:1 at 2030-01-01T00:00:00.000Z`,
      );
    });

    test('a runtime that does not answer is a failed check, not an error', async () => {
      await node.containerd.stop();
      expect((await examine()).get('runtime: reach')).toMatchObject({ status: 'fail', hint: expect.any(String) });
    });
  },
);
