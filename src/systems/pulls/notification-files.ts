import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { errnoOf } from '../../util/pure/system-failure.ts';

/*
 * <state directory>/notifications/<registry, URL-encoded>/2026-11-21.ndjson
 *
 * One file a day (UTC), an envelope a line, as it came. The service writes them; runs with the same state directory read them.
 */

/**
 * Names the folder, in the environment of a run, that stands in for the state directory here: whoever starts it has written down there what
 * it keeps elsewhere.
 */
export const notificationsBelow = 'WINNOW_NOTIFICATIONS_BELOW';

const FOLDER = 'notifications';
const DAY_MS = 24 * 3_600_000;
const DAY_FILE = /^\d{4}-\d{2}-\d{2}\.ndjson$/;
const HOST = /^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?(:\d{1,5})?$/;

/** Whether text may name a registry: `host[:port]`. */
export function isRegistryHost(text: string): boolean {
  return HOST.test(text) && !text.includes('..');
}

/** Where the notifications of a registry lie. @param host - one that {@link isRegistryHost} */
export function notificationFolder(stateDir: string, host: string): string {
  return join(stateDir, FOLDER, encodeURIComponent(host.toLowerCase()));
}

/** Where those of all registries lie. */
export function notificationsFolder(stateDir: string): string {
  return join(stateDir, FOLDER);
}

/**
 * Files with what a registry told, oldest first. None where it never told anything.
 *
 * @param sinceMs - those of days that ended before are left out; what was written down later may tell of things that happened before
 * @throws what the operating system says of a folder that is there and can't be read
 */
export function notificationFiles(
  stateDir: string,
  host: string,
  sinceMs = Number.NEGATIVE_INFINITY,
): readonly string[] {
  if (!isRegistryHost(host)) return [];
  const folder = notificationFolder(stateDir, host);
  return daysIn(folder)
    .filter((name) => endOfDay(name) >= sinceMs)
    .map((name) => join(folder, name));
}

/** When the day of a file is over, in UTC milliseconds. */
export function endOfDay(name: string): number {
  return Date.parse(name.slice(0, 10)) + DAY_MS;
}

/** Names of the files in a folder, oldest first. */
export function daysIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => DAY_FILE.test(name))
      .sort();
  } catch (failure) {
    if (errnoOf(failure) === 'ENOENT') return [];
    throw failure;
  }
}

/** `2026-11-21.ndjson` */
export function dayFile(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 10)}.ndjson`;
}

/** Makes a folder, and all above it. */
export function makeFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o750 });
}
