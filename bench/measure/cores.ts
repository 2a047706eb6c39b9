import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';
import { requires } from '../../test/support/requirements.ts';

const exec = promisify(execFile);

/** Whether processes can be told which cores to run on (Linux), and there are two to tell apart. */
export function canPin(): boolean {
  return process.platform === 'linux' && availableParallelism() > 1 && requires('taskset');
}

/** A command as it is started on some cores, `0` or `1-3`; unchanged without any. */
export function onCores(cores: string | undefined, command: readonly string[]): readonly [string, ...string[]] {
  const all = cores === undefined ? command : ['taskset', '--cpu-list', cores, ...command];
  return all as readonly [string, ...string[]];
}

/** Runs some work while a process, with all its threads, is kept on some cores. */
export async function whilePinned<T>(pid: number, cores: string, work: () => Promise<T>): Promise<T> {
  const pin = (list: string) => exec('taskset', ['--all-tasks', '--cpu-list', '--pid', list, `${pid}`]);
  await pin(cores);
  try {
    return await work();
  } finally {
    await pin(`0-${availableParallelism() - 1}`);
  }
}

/** The process that this one started to run a program. `undefined` where the system does not tell. */
export function childRunning(program: string): number | undefined {
  if (process.platform !== 'linux') return undefined;
  const children = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim().split(' ');
  const found = children.find((pid) => readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === program);
  return found === undefined ? undefined : Number(found);
}

/** CPU time that a process has used so far, user and system, in steps of 10 ms. */
export function cpuMsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' '); // the name before it may have spaces
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
