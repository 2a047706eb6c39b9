import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { atEnd, atProcessExit } from './at-end.ts';
import { findProgram } from './requirements.ts';

export interface ChildOptions {
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment; nothing is inherited. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly uid?: number;
  readonly gid?: number;
  /** Asked again and again until it says true. A throw counts as "not yet". */
  readonly isReady: () => Promise<boolean>;
  /** Default 30 s. */
  readonly timeoutMs?: number;
  /** What ends it politely; default SIGTERM. */
  readonly stopSignal?: NodeJS.Signals;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A server that a test started. It ends with the test file, and (Linux) even when the test process is killed. */
export interface Child {
  readonly pid: number;
  /** Everything it wrote to stdout and stderr so far. */
  log(): string;
  readonly exited: Promise<Exit>;
  /** Asks it to end, waits, and kills it after 10 s. Twice is fine. */
  stop(): Promise<Exit>;
  /** SIGKILL, and waits for the end. Twice is fine. */
  kill(): Promise<Exit>;
}

/** Starts a server and waits until it is ready. @throws with its log when it ends before, or is not ready in time */
export async function startChild(options: ChildOptions): Promise<Child> {
  const child = launch(options);
  const timeoutMs = options.timeoutMs ?? 30_000;
  const deadline = Date.now() + timeoutMs;
  let ended: Exit | undefined;
  void child.exited.then((exit) => {
    ended = exit;
  });
  while (!(await options.isReady().catch(() => false))) {
    if (ended !== undefined)
      throw new Error(`starting ${options.command}: it ended with ${JSON.stringify(ended)}\n${child.log()}`);
    if (Date.now() > deadline) {
      await child.kill();
      throw new Error(`starting ${options.command}: not ready after ${timeoutMs} ms\n${child.log()}`);
    }
    await sleep(30);
  }
  return child;
}

function launch(options: ChildOptions): Child {
  const started = spawnTied(options.command, options.args, {
    env: { ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.uid === undefined ? {} : { uid: options.uid }),
    ...(options.gid === undefined ? {} : { gid: options.gid }),
  });
  const chunks: string[] = [];
  started.stdout?.setEncoding('utf8').on('data', (text: string) => chunks.push(text));
  started.stderr?.setEncoding('utf8').on('data', (text: string) => chunks.push(text));
  const exited = exitOf(started, (text) => chunks.push(text));
  const { pid } = started;

  async function end(signal: NodeJS.Signals): Promise<Exit> {
    started.kill(signal);
    const timer = setTimeout(() => started.kill('SIGKILL'), 10_000);
    const exit = await exited;
    clearTimeout(timer);
    return exit;
  }

  const child: Child = {
    pid: pid ?? -1,
    log: () => chunks.join(''),
    exited,
    stop: () => end(options.stopSignal ?? 'SIGTERM'),
    kill: () => end('SIGKILL'),
  };
  atEnd(async () => {
    await child.stop();
  });
  return child;
}

/**
 * Spawns a process that can't outlive this one: its pid is killed at our exit, and where `setpriv` exists the kernel
 * kills it when we are killed.
 */
export function spawnTied(command: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  const setpriv = findProgram('setpriv');
  const started =
    setpriv === undefined
      ? spawn(command, args, options)
      : spawn(setpriv, ['--pdeathsig', 'KILL', '--', command, ...args], options);
  const forget = atProcessExit(() => started.kill('SIGKILL'));
  started.once('exit', forget);
  return started;
}

function exitOf(started: ChildProcess, say: (text: string) => void): Promise<Exit> {
  return new Promise((resolve) => {
    started.once('close', (code, signal) => resolve({ code, signal }));
    started.once('error', (error) => {
      say(`${error.message}\n`);
      resolve({ code: null, signal: null });
    });
  });
}
