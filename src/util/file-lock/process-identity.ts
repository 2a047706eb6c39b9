import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import type { Claim } from './claim.ts';

/** What tells a process from all others, on this machine and elsewhere. */
export type ProcessIdentity = Pick<Claim, 'host' | 'pid' | 'processTable' | 'processStart'>;

/** Who we are. */
export async function thisProcess(): Promise<ProcessIdentity> {
  return {
    host: hostname(),
    pid: process.pid,
    processTable: await processTable(),
    processStart: (await processStat(process.pid))?.start ?? null,
  };
}

/**
 * Whether a process is surely no more: 'unknown' where its pid cannot be looked up from here, on another machine or in
 * another container.
 */
export async function fateOf(other: ProcessIdentity, here: ProcessIdentity): Promise<'alive' | 'dead' | 'unknown'> {
  if (other.host !== here.host || other.processTable !== here.processTable) return 'unknown';
  if (!exists(other.pid)) return 'dead';
  const stat = await processStat(other.pid);
  if (stat === undefined) return 'alive'; // there, but hidden from us
  // killed, and not yet collected by its parent; while a thread is left, it may still be in the middle of a call that changes a file
  if (stat.state === 'Z' || stat.state === 'X') return stat.threadCount <= 1 ? 'dead' : 'alive';
  return other.processStart !== null && stat.start !== other.processStart ? 'dead' : 'alive';
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (failure) {
    const { code } = failure as NodeJS.ErrnoException;
    if (code === 'ESRCH') return false;
    if (code === 'EPERM') return true; // somebody else's
    throw failure;
  }
}

/**
 * Boot and pid namespace. The host's name does not do: pods on the host's network share it, and each counts its own pids.
 * @see https://man7.org/linux/man-pages/man7/namespaces.7.html (`/proc/<pid>/ns`)
 */
async function processTable(): Promise<string | null> {
  try {
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
    return `${boot.trim()} ${await readlink('/proc/self/ns/pid')}`;
  } catch (failure) {
    return absent(failure) ? null : Promise.reject(failure); // not Linux
  }
}

interface ProcessStat {
  readonly state: string;
  readonly threadCount: number;
  readonly start: string;
}

/** Fields 3, 20 and 22 of a process' `stat`. @see https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
async function processStat(pid: number): Promise<ProcessStat | undefined> {
  try {
    const text = await readFile(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' '); // field 2 is a name, which may hold anything
    const [state, threadCount, start] = [fields[0], fields[17], fields[19]];
    return state === undefined || start === undefined ? undefined : { state, threadCount: Number(threadCount), start };
  } catch (failure) {
    return absent(failure) ? undefined : Promise.reject(failure);
  }
}

function absent(failure: unknown): boolean {
  return ['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes((failure as NodeJS.ErrnoException).code ?? '');
}
