import { hostname } from 'node:os';
import type { LoadedSettings } from '../config/load.ts';
import type { ServeSettings } from '../config/serve-settings.ts';
import type { History } from '../systems/history/contract.ts';
import { histories } from '../systems/history/index.ts';
import { openLeases } from '../systems/lease/index.ts';
import { version } from '../util/version.ts';
import { deskOnHistory } from './desk-on-history.ts';
import { assertSecrets } from './http/access/check-secrets.ts';
import { createApp } from './http/app.ts';
import { listen } from './http/listen.ts';
import type { Log } from './log.ts';
import type { Teller } from './notices/notice-event.ts';
import { tellPeople } from './notices/tell-people.ts';
import { problemPage } from './pages/problem-page.tsx';
import { registerPages } from './pages/register-pages.ts';
import { watchSettings } from './reload.ts';
import { startLeader } from './runs/leader.ts';
import { type RunnerParts, runnerTimes } from './runs/runner-parts.ts';
import { standingOf } from './standing.ts';
import { startTracing, tracedLog } from './tracing.ts';

/** At the end, for what is on its way to people. */
const NOTICES_WITHIN_MS = 5000;

/** What the service is started with. */
export interface ServeInput {
  readonly loaded: LoadedSettings;
  /** Reads the settings anew, as they were read at first. */
  readonly reload: () => Promise<LoadedSettings>;
  /** What starts Winnow: see {@link RunnerParts.command}. */
  readonly command: RunnerParts['command'];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly nowMs: () => number;
  readonly log: Log;
  /** Aborted when the service is to end: runs finish what is in hand. */
  readonly signal: AbortSignal;
  /** Called once it answers. */
  readonly onListening: (url: string) => void;
}

/** Runs the service until it is told to end. @throws what is wrong with its settings, its history, its leases or its address */
export async function serve(input: ServeInput): Promise<void> {
  const { loaded, env, nowMs, signal } = input;
  const { stateDir, serve: first, lease } = loaded.settings;
  await assertSecrets(first);
  const replica = `${hostname()}/${process.pid}`;
  const log = tracedLog(input.log);
  const tracing = await startTracing(env, { version, replica }, log);
  const history = await openHistory(first, stateDir);
  const leases = await openLeases(lease, stateDir);
  const watched = watchSettings({ ...input, log, history });
  const settings = () => watched.settings();
  const notices = tellPeople({
    ...{ log, env, targets: () => settings().notices },
    teller: () => tellerOf(settings(), loaded.settings.cluster),
  });
  const runner: RunnerParts = {
    ...{ history, settings, stateDir, config: loaded.file, command: input.command, env, replica, log, nowMs },
    ...{ tell: notices.tell, times: runnerTimes },
  };
  const leader = startLeader({ ...runner, leases });
  const standing = () =>
    standingOf({
      ...{ version, replica, startedAtMs, nowMs, history, settings, leader, stopping: signal },
      settingsTrouble: watched.trouble,
    });
  const startedAtMs = nowMs();
  const app = createApp({
    ...{ history, settings, standing, nowMs, log, stateDir },
    desk: deskOnHistory({ ...runner, wake: leader.wake, undoForMs: () => loaded.settings.apply.undoForMs }),
    pages: registerPages,
    problemPage: problemPage({ nowMs }),
    stopping: signal,
    settingsTrouble: watched.trouble,
  });
  try {
    const server = await listen(app, first.listen);
    input.onListening(urlOf(server, first.basePath));
    await aborted(signal);
    log.info('the service ends: runs finish what is in hand');
    await Promise.all([leader.stop(), server.close()]);
  } finally {
    watched.stop();
    await leader.stop();
    await notices.close(NOTICES_WITHIN_MS);
    await leases.close();
    await history.close();
    await tracing.shutdown();
  }
}

async function openHistory({ history }: ServeSettings, stateDir: string): Promise<History> {
  return history.kind === 'embedded' ? await histories.libsql(stateDir) : await histories.postgres(history);
}

function urlOf({ host, port }: { readonly host: string; readonly port: number }, basePath: string): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}${basePath}`;
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((done) => signal.addEventListener('abort', () => done(), { once: true }));
}

function tellerOf({ name, publicUrl, basePath }: ServeSettings, cluster: string | undefined): Teller {
  return { service: name, cluster, url: publicUrl === undefined ? undefined : `${publicUrl}${basePath}` };
}
