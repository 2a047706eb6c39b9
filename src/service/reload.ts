import { statSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import type { LoadedSettings } from '../config/load.ts';
import type { ServeSettings } from '../config/serve-settings.ts';
import type { Settings } from '../config/settings.ts';
import type { History } from '../systems/history/contract.ts';
import { CodedError, messageOf } from '../util/pure/coded-error.ts';
import { errnoOf } from '../util/pure/system-failure.ts';
import { assertSecrets } from './http/access/check-secrets.ts';
import type { Log } from './log.ts';

const LOOK_EVERY_MS = 2000;

export interface WatchInput {
  readonly loaded: LoadedSettings;
  /** Reads the settings anew, as they were read at first. */
  readonly reload: () => Promise<LoadedSettings>;
  readonly history: Pick<History, 'addAudit' | 'addEvent'>;
  readonly log: Log;
  readonly nowMs: () => number;
  readonly lookEveryMs?: number;
}

/** Settings that follow their file. */
export interface WatchedSettings {
  settings(): ServeSettings;
  /** Why what counts is not what the file says; undefined where it is. */
  trouble(): string | undefined;
  /** Reads the file now. Never throws: what is wrong is {@link trouble}. */
  lookNow(): Promise<void>;
  stop(): void;
}

/**
 * Looks at the settings file every two seconds, and at SIGHUP. A file that is no good changes nothing: the settings from before go on. What
 * is bound at the start (address, history, lease, name) goes on as well, and that is said.
 */
export function watchSettings(input: WatchInput): WatchedSettings {
  const { loaded, log, nowMs } = input;
  const first = loaded.settings;
  let current = first.serve;
  let trouble: string | undefined;
  let seen = markOf(loaded.file);
  let reading: Promise<void> | undefined;
  const timer = setInterval(() => {
    if (markOf(loaded.file) !== seen) void lookNow();
  }, input.lookEveryMs ?? LOOK_EVERY_MS);
  timer.unref();
  const onHangUp = () => void lookNow();
  process.on('SIGHUP', onHangUp);

  return {
    settings: () => current,
    trouble: () => trouble,
    lookNow,
    stop() {
      clearInterval(timer);
      process.off('SIGHUP', onHangUp);
    },
  };

  function lookNow(): Promise<void> {
    reading ??= read().finally(() => {
      reading = undefined;
    });
    return reading;
  }

  async function read(): Promise<void> {
    // Before it is read: what is written meanwhile is seen at the next look.
    seen = markOf(loaded.file);
    let next: Settings;
    try {
      next = (await input.reload()).settings;
      await assertSecrets(next.serve);
    } catch (failure) {
      // Whatever it is, a bug too: the service goes on as it was, and says so.
      const why = failure instanceof CodedError ? failure.message : `a fault: ${messageOf(failure)}`;
      trouble = `the settings could not be reloaded, those from before go on: ${why}`;
      log.warn(trouble);
      return await tell('settings.reload-failed', { why: trouble });
    }
    const bound = boundOf(first, next);
    trouble =
      bound.length === 0
        ? undefined
        : `the settings file has another ${bound.join(', ')}: it counts from the next start on`;
    if (trouble !== undefined) log.warn(trouble);
    await take({ ...next.serve, ...kept(first.serve) });
  }

  async function take(next: ServeSettings): Promise<void> {
    const changed = (Object.keys(next) as (keyof ServeSettings)[]).filter(
      (key) => !isDeepStrictEqual(next[key], current[key]),
    );
    if (changed.length === 0) return;
    current = next;
    log.info('settings were reloaded', { changed: changed.join(', ') });
    await tell('settings.reloaded', { changed });
  }

  async function tell(
    type: string,
    data: { readonly why?: string; readonly changed?: readonly string[] },
  ): Promise<void> {
    const note = data.why ?? `changed: ${data.changed?.join(', ')}`;
    try {
      await input.history.addEvent({ atMs: nowMs(), type, data });
      await input.history.addAudit({ atMs: nowMs(), who: 'winnow', role: 'none', what: 'reload', note });
    } catch (failure) {
      log.warn(`noting that the settings were read: ${messageOf(failure)}`);
    }
  }
}

/** What is bound at the start. */
function kept({ listen, history, name, basePath }: ServeSettings) {
  return { listen, history, name, basePath };
}

function boundOf(first: Settings, next: Settings): readonly string[] {
  const names = ['listen', 'history', 'name', 'basePath'] as const;
  const ofServe = names.filter((name) => !isDeepStrictEqual(first.serve[name], next.serve[name]));
  const others = (['lease', 'stateDir'] as const).filter((name) => !isDeepStrictEqual(first[name], next[name]));
  return [...ofServe.map((name) => `serve.${name}`), ...others];
}

/** Tells one content of a file from the next, well enough; a Secret or ConfigMap that is mounted changes its inode. */
function markOf(path: string | undefined): string {
  if (path === undefined) return 'none';
  try {
    const { mtimeMs, size, ino } = statSync(path);
    return `${mtimeMs} ${size} ${ino}`;
  } catch (failure) {
    const errno = errnoOf(failure);
    if (errno === undefined) throw failure;
    return errno;
  }
}
