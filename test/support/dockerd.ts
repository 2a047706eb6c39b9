import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'undici';
import { atEnd } from './at-end.ts';
import { startChild } from './child.ts';
import { programPath } from './requirements.ts';

/** A Docker engine of its own, with the containerd that it starts for itself, on a socket in a folder of its own. */
export interface Dockerd {
  readonly socket: string;
  readonly folder: string;
  readonly pid: number;
  /** The Engine API, as any client uses it. @returns the reply's JSON, its text where it is none; throws for 400 and above */
  ask(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<unknown>;
  stop(): Promise<void>;
}

/** @param registry - `127.0.0.1:PORT` of a registry over plain HTTP */
export async function startDockerd(registry: string): Promise<Dockerd> {
  const folder = mkdtempSync('/tmp/wd-'); // a socket's path has at most 107 characters
  const socket = join(folder, 'docker.sock');
  const settings = join(folder, 'daemon.json');
  await writeFile(settings, '{}');
  const client = new Client('http://docker', { connect: { socketPath: socket } });
  const child = await startChild({
    command: programPath('dockerd'),
    args: [
      ...['--config-file', settings, '--data-root', join(folder, 'data'), '--exec-root', join(folder, 'exec')],
      ...['--pidfile', join(folder, 'dockerd.pid'), '--host', `unix://${socket}`],
      ...['--iptables=false', '--ip6tables=false', '--ip-forward=false', '--bridge=none'],
      ...['--insecure-registry', registry, '--storage-driver', 'overlay2'],
      ...['--exec-opt', 'native.cgroupdriver=cgroupfs'],
    ],
    env: { PATH: process.env['PATH'] ?? '' },
    isReady: async () => (await client.request({ method: 'GET', path: '/_ping' })).statusCode === 200,
    timeoutMs: 60_000,
  });
  let stopped: Promise<void> | undefined;
  const dockerd: Dockerd = {
    ...{ socket, folder, pid: child.pid },
    ask: async (method, path, body) => {
      const more =
        body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
      const reply = await client.request({ method, path: `/v1.41${path}`, ...more });
      const text = await reply.body.text();
      if (reply.statusCode >= 400) throw new Error(`${method} ${path}: ${reply.statusCode} ${text}`);
      return /^\s*[{[]/.test(text) && !/\}\s*\{/.test(text) ? JSON.parse(text) : text;
    },
    stop: () =>
      (stopped ??= (async () => {
        const all = (await dockerd.ask('GET', '/containers/json?all=1')) as readonly { Id: string }[];
        for (const { Id } of all) await dockerd.ask('DELETE', `/containers/${Id}?force=1`);
        await client.close();
        await child.stop();
        spawnSync('umount', [join(folder, 'exec/netns/default')]);
        await rm(folder, { recursive: true, force: true });
      })()),
  };
  atEnd(dockerd.stop);
  return dockerd;
}
