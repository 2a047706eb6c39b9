import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startRegistryServer } from '../../demo/registry-server/start-registry-server.ts';
import { buildWorld } from '../../demo/world/build-world.ts';
import { CodedError } from '../../util/pure/coded-error.ts';
import { type CliErrorCode, cliErrors } from '../errors.ts';
import type { Terminal } from '../terminal.ts';
import { clusterText } from './demo-cluster.ts';
import { serviceSettingsText } from './demo-settings.ts';

const SCHEDULES = ['changes', 'unused-images', 'storage'];
const START_MS = 30_000;

export interface ServedDemo {
  /** Where it is made, and left; absent: a temporary folder, removed at the end. */
  readonly keep?: string | undefined;
  /** Absent: one that is free. */
  readonly port?: number | undefined;
}

/** The same made-up world, with the service over it: its pages have plans that wait for a yes. It goes on until it is stopped. */
export async function serveDemo(terminal: Terminal, { keep, port }: ServedDemo): Promise<void> {
  const home = keep === undefined ? await mkdtemp(join(tmpdir(), 'winnow-demo-')) : resolve(keep);
  const folder = join(home, 'registry');
  await mkdir(join(home, 'cluster'), { recursive: true });
  const now = new Date(terminal.nowMs());
  const databasePath = join(home, 'changes.db');
  const world = await buildWorld({ folder, databasePath, seed: 'winnow', now, signal: terminal.signal });
  const registry = await startRegistryServer({ folder });
  try {
    const token = randomBytes(12).toString('hex');
    const here = port ?? (await freePort());
    await writeFile(join(home, 'token'), token, { mode: 0o600 });
    await writeFile(join(home, 'cluster', 'shop.yaml'), clusterText(world, new URL(registry.url).host));
    await writeFile(join(home, 'winnow.yaml'), serviceSettingsText(registry.url, here));
    const url = `http://127.0.0.1:${here}`;
    const service = startService(terminal, home);
    const ended = endOf(service);
    try {
      await Promise.race([ready(url, terminal.signal), ended.then(endedEarly)]);
      for (const name of SCHEDULES) await startRun(url, token, name);
      await terminal.print(welcome(terminal, url, token, home));
      await Promise.race([ended, aborted(terminal.signal)]);
    } finally {
      service.kill('SIGTERM');
      await ended;
    }
  } finally {
    await registry.close();
    if (keep === undefined) await rm(home, { recursive: true, force: true });
  }
}

function welcome({ paint }: Terminal, url: string, token: string, home: string): readonly string[] {
  return [
    '',
    paint.bold(`Open ${url}/login and sign in with the token ${token}`),
    'Three plans were just made: approve one, watch it, take it back.',
    `It all lies in ${home}. Ctrl-C ends it.`,
  ];
}

/** This same program. Its words go straight to ours. */
function startService({ env }: Terminal, home: string): ChildProcess {
  const program = process.argv[1] ?? '';
  return spawn(process.execPath, [program, 'serve', '--config', join(home, 'winnow.yaml')], {
    ...{ cwd: home, env, stdio: ['ignore', 'inherit', 'inherit'] },
  });
}

function endOf(child: ChildProcess): Promise<number | null> {
  return new Promise((done) => child.once('exit', done));
}

function endedEarly(code: number | null): never {
  throw new CodedError<CliErrorCode>('DEMO_SERVICE_ENDED', `starting the demo's service: it ended with ${code}`, {
    hint: cliErrors.DEMO_SERVICE_ENDED.hint,
  });
}

async function ready(url: string, signal: AbortSignal): Promise<void> {
  const untilMs = Date.now() + START_MS;
  for (;;) {
    signal.throwIfAborted();
    try {
      if ((await fetch(`${url}/readyz`)).ok) return;
    } catch (error) {
      if (Date.now() > untilMs) throw error;
    }
    if (Date.now() > untilMs) endedEarly(null);
    await sleep(100);
  }
}

async function startRun(url: string, token: string, schedule: string): Promise<void> {
  const answer = await fetch(`${url}/api/v1/schedules/${schedule}/runs`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: '{}',
  });
  if (!answer.ok) throw new Error(`starting a run of ${schedule}: ${answer.status} ${await answer.text()}`);
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((done) => signal.addEventListener('abort', () => done(), { once: true }));
}

function freePort(): Promise<number> {
  return new Promise((done, failed) => {
    const server = createServer();
    server.once('error', failed);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => done(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
