import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { atEnd } from './at-end.ts';
import { startScriptedServer } from './scripted-server.ts';

/*
 * This is a fake, and why: a test of many nodes needs a runtime on each, and a real dockerd takes seconds and a kernel that lets it. It
 * serves as much of the Engine API as `node-gc` asks; the real one is asked in test/integration/node-gc-docker.test.ts.
 */

export interface FakeDocker {
  readonly socket: string;
  /** Names of the images that are there. */
  images(): readonly string[];
  /** Has one pulled that nothing uses. */
  pull(name: string): void;
}

const LAYER_BYTES = 1_000_000;

/** A node's engine. @param used - names of the images of running containers @param unused - those that nothing uses */
export async function startFakeDocker(used: readonly string[], unused: readonly string[]): Promise<FakeDocker> {
  const folder = mkdtempSync(join(tmpdir(), 'wd-')); // a socket's path is short
  atEnd(() => rmSync(folder, { recursive: true, force: true }));
  const socket = join(folder, 'd.sock');
  const idOf = (name: string) => `sha256:${createHash('sha256').update(name).digest('hex')}`;
  const images = new Map([...used, ...unused].map((name) => [idOf(name), name]));
  const details = (id: string) => ({
    ...{ Id: id, RepoTags: [images.get(id)], RepoDigests: [`${images.get(id)?.replace(/:[^:/]*$/, '')}@${id}`] },
    ...{ Created: '2026-01-01T00:00:00Z', Size: LAYER_BYTES, Config: null, RootFS: { Layers: [`sha256:l${id}`] } },
  });
  const containers = used.map((name, n) => ({
    ...{ Id: `c${n}`, Names: [`/k8s_app-${n}`], ImageID: idOf(name), State: 'running', Created: 1, Labels: null },
  }));
  const answer = (path: string): unknown => {
    if (path === '/version') return { Version: '20.10.24' };
    if (path === '/info') return { DockerRootDir: folder };
    if (path.startsWith('/images/json')) return [...images.keys()].map(details);
    if (path.startsWith('/containers/json')) return containers;
    if (path.startsWith('/containers/')) return { State: { FinishedAt: '0001-01-01T00:00:00Z' } };
    const [, id = '', what] = /^\/images\/([^/]+)\/(json|history)$/.exec(path) ?? [];
    if (!images.has(id)) return undefined;
    return what === 'history' ? [{ Size: LAYER_BYTES }] : details(id);
  };
  await startScriptedServer(
    ({ method, path: full }, response) => {
      const path = full.replace('/v1.40', '');
      if (method === 'DELETE') {
        const name = decodeURIComponent(path.replace('/images/', ''));
        for (const [id, known] of images) if (id === name || known === name) images.delete(id);
        response.writeHead(200).end('[]');
        return;
      }
      const body = answer(path);
      response.writeHead(body === undefined ? 404 : 200).end(JSON.stringify(body ?? { message: 'no such thing' }));
    },
    { socketPath: socket },
  );
  return { socket, images: () => [...images.values()].sort(), pull: (name) => void images.set(idOf(name), name) };
}
