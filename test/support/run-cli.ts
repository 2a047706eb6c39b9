import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { atEnd } from './at-end.ts';
import { spawnTied } from './child.ts';
import { makeTempFolder } from './temp-folder.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface CliOptions {
  /** Added to an environment that has nothing but PATH, HOME, the XDG folders and TZ. */
  readonly env?: Readonly<Record<string, string>>;
  /** Default: {@link CliOptions.home}. */
  readonly cwd?: string;
  /** Its HOME, where its settings and state lie. Give the same folder to runs that should know of each other. */
  readonly home?: string;
  /** Written to its stdin, which is closed then. */
  readonly input?: string;
  /** It is killed after this long. Default 60 s. */
  readonly timeoutMs?: number;
}

export interface CliResult {
  /** Null when it was killed. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCli {
  readonly pid: number;
  stdout(): string;
  stderr(): string;
  /** Resolves when stdout or stderr contains the text. @throws when it ends, or after 30 s, without */
  waitFor(text: string | RegExp): Promise<void>;
  kill(signal: NodeJS.Signals): void;
  readonly exited: Promise<CliResult>;
}

/** Runs the built command to its end. It has no terminal, so there are neither colours nor progress bars. */
export function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  return spawnCli(args, options).exited;
}

/** Starts the built command, for tests that stop or kill it. Ends with the test file. */
export function spawnCli(args: readonly string[], options: CliOptions = {}): RunningCli {
  const home = options.home ?? makeTempFolder('home');
  const started = spawnTied(process.execPath, [builtCli(), ...args], {
    cwd: options.cwd ?? home,
    env: { ...cleanEnvironment(home), ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    started[name]?.setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
    });
  started.stdin?.on('error', () => {}); // it may end before it has read everything
  started.stdin?.end(options.input ?? '');
  const timer = setTimeout(() => started.kill('SIGKILL'), options.timeoutMs ?? 60_000);
  const exited = new Promise<CliResult>((resolve, reject) => {
    started.once('error', reject);
    started.once('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ code, signal, ...output });
    });
  });
  atEnd(async () => {
    started.kill('SIGKILL');
    await exited;
  });
  const said = (text: string | RegExp) => {
    const all = `${output.stdout}\n${output.stderr}`;
    return typeof text === 'string' ? all.includes(text) : all.search(text) !== -1;
  };
  return {
    pid: started.pid ?? -1,
    stdout: () => output.stdout,
    stderr: () => output.stderr,
    waitFor: (text) => waitFor(() => said(text), exited, String(text)),
    kill: (signal) => started.kill(signal),
    exited,
  };
}

let built: string | undefined;

/**
 * The command, built from the sources as they are now: by `npm test` once for all, else into a folder of this test file's own. `dist/`
 * may be old, or be written by somebody else in this moment.
 */
export function builtCli(): string {
  built ??= process.env['TESTED_WINNOW'];
  if (built !== undefined) return built;
  const folder = makeTempFolder('build', join(ROOT, 'node_modules', '.cache'));
  const build = spawnSync(process.execPath, [join(ROOT, 'scripts', 'build.mjs'), folder], { encoding: 'utf8' });
  if (build.status !== 0) throw new Error(`building the command: ${build.stderr}`);
  built = join(folder, 'winnow.js');
  return built;
}

/** Nothing of the user's: no proxies, no credentials, no settings, no locale. */
function cleanEnvironment(home: string): NodeJS.ProcessEnv {
  const folders = { XDG_CONFIG_HOME: '.config', XDG_STATE_HOME: '.local/state', XDG_CACHE_HOME: '.cache' };
  const env: NodeJS.ProcessEnv = { PATH: process.env['PATH'], HOME: home, TMPDIR: join(home, 'tmp'), TZ: 'UTC' };
  mkdirSync(join(home, 'tmp'), { recursive: true });
  for (const [name, folder] of Object.entries(folders)) env[name] = join(home, folder);
  return env;
}

async function waitFor(said: () => boolean, exited: Promise<CliResult>, text: string): Promise<void> {
  let result: CliResult | undefined;
  void exited.then((end) => {
    result = end;
  });
  const deadline = Date.now() + 30_000;
  while (!said()) {
    if (result !== undefined) throw new Error(`waiting for ${text}: it ended: ${JSON.stringify(result)}`);
    if (Date.now() > deadline) throw new Error(`waiting for ${text}: not said within 30 s`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
