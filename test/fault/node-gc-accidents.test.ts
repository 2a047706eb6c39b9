import { chmodSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { NOBODY, runCliAsNobody } from '../support/cli-as-nobody.ts';
import { type Node, startNode } from '../support/node-rig.ts';
import { describeReal } from '../support/requirements.ts';
import { runCli, spawnCli } from '../support/run-cli.ts';
import { busyboxLayer, paddingLayer, pushRunnable } from '../support/runnable-image.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

const SOCKET_GROUP = 64999;
const UNUSED = 10;

/** By default a run dies once; this lets it die after each removal. */
const EVERY = process.env['WINNOW_EVERY_ACCIDENT'] === '1';

describeReal(
  'node-gc, when things go wrong',
  ['containerd', 'runc', 'docker-registry', '/bin/busybox', 'setpriv'],
  () => {
    let node: Node;
    let home: string;
    const unused = Array.from({ length: UNUSED }, (_, n) => `unused-${n}:1`).sort();
    const everything = ['pause:1', ...unused, 'web:1'];

    beforeAll(async () => {
      node = await startNode({ gid: SOCKET_GROUP });
      chmodSync(dirname(node.containerd.socket), 0o711);
      const box = busyboxLayer();
      for (const name of ['web:1', ...unused]) {
        const [repository = ''] = name.split(':');
        await pushRunnable(node.registry.url, repository, { tag: '1', layers: [box, paddingLayer(name, 20_000)] });
      }
      await node.rig.pull(`${node.host}web:1`);
      await node.rig.container(await node.rig.pod('web'), { image: `${node.host}web:1` });
    });

    beforeEach(async () => {
      home = makeTempFolder('home');
      for (const name of unused) await node.rig.pull(node.host + name);
    });

    /** Whatever happened: what runs goes on, and its image is there. */
    afterEach(async () => {
      expect((await node.rig.containers()).map(({ state }) => state)).toEqual(['CONTAINER_RUNNING']);
      expect(await tags()).toEqual(expect.arrayContaining(['pause:1', 'web:1']));
    });

    const args = (socket = node.containerd.socket, kind = 'cri') => [
      ...['node-gc', '--runtime', `${kind}://${socket}`, '--min-pull-age', '0s', '--timeout', '3s'],
    ];
    const nodeGc = (...more: readonly string[]) => runCli([...args(), ...more], { home });
    const tags = async () =>
      (await node.rig.images()).flatMap(({ repo_tags }) => repo_tags.map((tag) => tag.replace(node.host, ''))).sort();

    async function untilGone(count: number): Promise<void> {
      const deadline = Date.now() + 30_000;
      while ((await tags()).length > everything.length - count) {
        if (Date.now() > deadline) throw new Error(`waiting until ${count} images are gone`);
        await sleep(5);
      }
    }

    /** Without capabilities, in this group alone. */
    const asNobody = (gid: number, ...more: readonly string[]) =>
      runCliAsNobody([...args(), '--state-dir', join(home, 'state'), ...more], { home, gid });

    test('a socket that is not there is told as such', async () => {
      const { code, stderr } = await runCli(args('/nowhere/containerd.sock'), { home });

      expect(stderr).toContain('RUNTIME_SOCKET_MISSING');
      expect(stderr).toContain('/nowhere/containerd.sock');
      expect(code).toBe(1);
    });

    test('who is not in the group of the socket is told so', async () => {
      const { code, stderr } = await asNobody(NOBODY, '--confirm');

      expect(stderr).toContain('RUNTIME_FORBIDDEN');
      expect(code).toBe(1);
      expect(await tags()).toEqual(everything);
    });

    test('the group of the socket is enough, without root and without capabilities', async () => {
      const dry = await asNobody(SOCKET_GROUP, '-o', 'json');
      expect({ code: dry.code, stderr: dry.stderr }).toEqual({ code: 0, stderr: '' });
      expect(JSON.parse(dry.stdout).actions).toHaveLength(UNUSED);

      const run = await asNobody(SOCKET_GROUP, '--confirm', '-o', 'json');
      expect({ code: run.code, stderr: run.stderr }).toEqual({ code: 0, stderr: '' });
      expect(await tags()).toEqual(['pause:1', 'web:1']);
    });

    test.each([
      ['cri', /RUNTIME_(UNKNOWN|UNREACHABLE)/],
      ['docker', /RUNTIME_UNKNOWN/],
    ] as const)('what answers behind a socket and is no runtime is told as such (%s)', async (kind, codes) => {
      const socket = join(home, 'http.sock');
      const server = await listen(socket);
      try {
        const { code, stderr } = await runCli(args(socket, kind), { home });
        expect(stderr).toMatch(codes);
        expect(stderr).toContain(socket);
        expect(code).toBe(1);
      } finally {
        server.closeAllConnections();
        await new Promise((closed) => server.close(closed));
      }
    });

    test('a runtime that does not answer any more is waited for once, nothing is lost, and the next run does the rest', async () => {
      const first = spawnCli([...args(), '--confirm', '-o', 'json'], { home });
      await untilGone(3);
      await node.containerd.pause();
      const hungAtMs = Date.now();
      const { code, stdout } = await first.exited.finally(() => node.containerd.resume());

      expect(code).toBe(3);
      expect(Date.now() - hungAtMs).toBeLessThan(20_000);
      const { counts, causes, unfinished, runId } = JSON.parse(stdout);
      expect(counts.done).toBeGreaterThan(0);
      expect(counts.done + counts.failed).toBe(UNUSED);
      expect(causes).toEqual([{ result: 'failed', cause: 'RUNTIME_TIMED_OUT', count: counts.failed }]);
      expect(unfinished[0].code).toBe('RUNTIME_TIMED_OUT');
      const told = JSON.parse((await runCli(['run', 'show', runId, '-o', 'json'], { home })).stdout);
      expect(told.counts).toEqual(counts);
      expect(told.unfinished).toEqual(unfinished);
      expect((await tags()).length).toBeGreaterThan(2);
      expect((await nodeGc('--confirm')).code).toBe(0);
      expect(await tags()).toEqual(['pause:1', 'web:1']);
    });

    test('a runtime that does not answer at all ends a dry run with its deadline', async () => {
      await node.containerd.pause();
      const { code, stderr } = await nodeGc().finally(() => node.containerd.resume());

      expect(stderr).toContain('RUNTIME_TIMED_OUT');
      expect(code).toBe(1);
    });

    test('a runtime that is restarted in the middle of a run: the next run reaches the end, and both can be undone', async () => {
      const first = spawnCli([...args(), '--confirm'], { home });
      await untilGone(1);
      await node.containerd.restart();
      const { code } = await first.exited;

      expect([0, 1, 3]).toContain(code);
      expect((await nodeGc('--confirm')).code).toBe(0);
      expect(await tags()).toEqual(['pause:1', 'web:1']);
      await undoAll();
      expect(await tags()).toEqual(everything);
    });

    test.each(EVERY ? [1, 2, 3, 4, 5, 6, 7, 8] : [3])(
      'a run that is killed after %d removals: the next one reaches the same end, and both can be undone',
      async (count) => {
        const first = spawnCli([...args(), '--confirm'], { home });
        await untilGone(count);
        first.kill('SIGKILL');
        expect((await first.exited).signal).toBe('SIGKILL');
        expect((await tags()).length).toBeGreaterThan(2);

        expect((await nodeGc('--confirm')).code).toBe(0);
        expect(await tags()).toEqual(['pause:1', 'web:1']);
        await undoAll();
        expect(await tags()).toEqual(everything);
      },
    );

    async function undoAll(): Promise<void> {
      const runs = await runCli(['run', 'ls', '-o', 'json'], { home });
      for (const { runId } of JSON.parse(runs.stdout).items as readonly { readonly runId: string }[]) {
        const { code, stdout, stderr } = await runCli(['undo', runId], { home });
        expect({ code, said: code === 0 ? '' : stdout + stderr }).toEqual({ code: 0, said: '' });
      }
    }
  },
);

/** A server that speaks HTTP, and is no runtime. */
async function listen(socket: string): Promise<Server> {
  const server = createServer((_, response) => response.end('hello'));
  await new Promise<void>((listening) => server.listen(socket, listening));
  return server;
}
