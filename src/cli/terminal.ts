import pc from 'picocolors';
import { noPaint, type Paint } from '../report/paint.ts';
import { CodedError } from '../util/pure/coded-error.ts';
import { type CliErrorCode, cliErrors } from './errors.ts';

const PAGE_BYTES = 1 << 16;
/** In UTF-8, of a unit of UTF-16. */
const MOST_BYTES_A_UNIT = 3;
const LINE_FEED = 0x0a;

/** Where a command's words go, and what it may know of its surroundings. Results go to stdout, all else to stderr. */
export interface Terminal {
  /** Writes lines to stdout, waiting where a pipe is slow. */
  print(lines: Iterable<string>): Promise<void>;
  /** Writes one line to stderr. */
  say(line: string): void;
  readonly paint: Paint;
  /** How progress is shown: drawn where stderr is a terminal that can move its cursor, told as lines of JSON to a program that asks for it. */
  readonly progress: 'drawn' | 'told' | 'none';
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly nowMs: () => number;
  /** Aborted by the first SIGINT or SIGTERM: finish what is in hand, then stop. */
  readonly signal: AbortSignal;
}

export function openTerminal(): Terminal {
  const { env, stdout, stderr } = process;
  const colours = pc.createColors(stdout.isTTY === true && env['NO_COLOR'] === undefined && env['TERM'] !== 'dumb');
  return {
    print: (lines) => printAll(lines),
    say: (line) => void stderr.write(`${line}\n`),
    paint: colours.isColorSupported ? colours : noPaint,
    progress: progressFor(env, stderr.isTTY === true),
    env,
    cwd: process.cwd(),
    nowMs: Date.now,
    signal: politeStop(env),
  };
}

/** One page is filled again and again: a document of gigabytes leaves no heap of used ones behind. */
async function printAll(lines: Iterable<string>): Promise<void> {
  const page = Buffer.allocUnsafe(PAGE_BYTES);
  let length = 0;
  for (const line of lines) {
    const mostBytes = line.length * MOST_BYTES_A_UNIT + 1;
    if (length > 0 && length + mostBytes > PAGE_BYTES) {
      await write(page.subarray(0, length));
      length = 0;
    }
    if (mostBytes > PAGE_BYTES) {
      await write(`${line}\n`);
      continue;
    }
    length += page.write(line, length);
    page[length] = LINE_FEED;
    length += 1;
  }
  if (length > 0) await write(page.subarray(0, length));
}

/** @returns when it is written, and what it was in can be used for something else. */
function write(text: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => (error ? reject(error) : resolve()));
  });
}

function progressFor(env: NodeJS.ProcessEnv, isTerminal: boolean): Terminal['progress'] {
  if (env['WINNOW_PROGRESS'] === 'json') return 'told';
  return isTerminal && env['TERM'] !== 'dumb' && env['CI'] === undefined ? 'drawn' : 'none';
}

/** The first signal asks for a stop, the second one ends the process. So does the end of stdin, where whoever started it wants that. */
function politeStop(env: NodeJS.ProcessEnv): AbortSignal {
  const stop = new AbortController();
  const onSignal = (name: NodeJS.Signals) => {
    if (stop.signal.aborted) process.exit(name === 'SIGINT' ? 130 : 143);
    process.stderr.write('stopping after what is in hand; once more to stop at once\n');
    const { hint } = cliErrors.STOPPED;
    stop.abort(new CodedError<CliErrorCode>('STOPPED', `stopped by ${name} before anything was changed`, { hint }));
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  if (env['WINNOW_STOP_WITH_STDIN'] === 'true') stopWithStdin(stop);
  return stop.signal;
}

/** The pipe ends when its writer does, however that died: a run that nobody watches any more stops after what is in hand. */
function stopWithStdin(stop: AbortController): void {
  const { hint } = cliErrors.STOPPED;
  process.stdin.on('error', () => undefined);
  process.stdin.once('close', () =>
    stop.abort(new CodedError<CliErrorCode>('STOPPED', 'stopped: who started it is gone', { hint })),
  );
  process.stdin.resume();
  if ('unref' in process.stdin) process.stdin.unref();
}
