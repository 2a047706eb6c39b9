import pc from 'picocolors';
import { noPaint, type Paint } from '../report/paint.ts';
import { CodedError } from '../util/pure/coded-error.ts';
import { type CliErrorCode, cliErrors } from './errors.ts';

/** Where a command's words go, and what it may know of its surroundings. Results go to stdout, all else to stderr. */
export interface Terminal {
  /** Writes lines to stdout, waiting where a pipe is slow. */
  print(lines: Iterable<string>): Promise<void>;
  /** Writes one line to stderr. */
  say(line: string): void;
  readonly paint: Paint;
  /** Whether progress can be drawn: stderr is a terminal that can move its cursor. */
  readonly drawsProgress: boolean;
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
    drawsProgress: stderr.isTTY === true && env['TERM'] !== 'dumb' && env['CI'] === undefined,
    env,
    cwd: process.cwd(),
    nowMs: Date.now,
    signal: politeStop(),
  };
}

async function printAll(lines: Iterable<string>): Promise<void> {
  let chunk = '';
  for (const line of lines) {
    chunk += `${line}\n`;
    if (chunk.length < 65_536) continue;
    await write(chunk);
    chunk = '';
  }
  if (chunk !== '') await write(chunk);
}

function write(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => (error ? reject(error) : resolve()));
  });
}

/** The first signal asks for a stop, the second one ends the process. */
function politeStop(): AbortSignal {
  const stop = new AbortController();
  const onSignal = (name: NodeJS.Signals) => {
    if (stop.signal.aborted) process.exit(name === 'SIGINT' ? 130 : 143);
    process.stderr.write('stopping after what is in hand; once more to stop at once\n');
    const { hint } = cliErrors.STOPPED;
    stop.abort(new CodedError<CliErrorCode>('STOPPED', `stopped by ${name} before anything was changed`, { hint }));
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return stop.signal;
}
