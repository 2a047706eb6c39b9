import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import type { Readable, Writable } from 'node:stream';
import { messageOf } from '../../util/pure/coded-error.ts';
import { textLinesIn } from '../../util/raw-lines.ts';
import { ServiceError } from '../errors.ts';

/** A process that is to be run to its end. */
export interface ProcessOrder {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Takes what it prints, up to so many bytes. */
  readonly outFile: string;
  readonly outMaxBytes: number;
  /** After so long it is stopped. */
  readonly deadlineMs: number;
  /** From the polite end to its death. */
  readonly graceMs: number;
  /** Stops it: politely, and when its grace is over for good. */
  readonly stop: AbortSignal;
  /** Told of each line that it says on stderr, in order. */
  readonly onLine: (line: string) => void;
}

/** How it ended. */
export interface ProcessEnd {
  /** Null where a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** It did not come to its end in time, and was stopped. */
  readonly outOfTime: boolean;
  /** It printed more than was kept. */
  readonly outCut: boolean;
}

/**
 * Runs a process. Its stdin is a pipe that stays open as long as we live: whoever reads it knows by its end that nobody watches any more.
 *
 * @throws RUN_PROCESS_FAILED where it can't be started, or, when it has ended, where what it printed can't be kept
 */
export async function runProcess(order: ProcessOrder): Promise<ProcessEnd> {
  const child = spawn(order.file, order.args, { env: { ...order.env }, stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.on('error', () => undefined); // it may end before us
  const ended = endOf(child, order.file);
  const ending = endInTime(child, order);
  try {
    const [exit, outCut] = await Promise.all([
      ended,
      saveOut(child.stdout, order.outFile, order.outMaxBytes),
      tellLines(child.stderr, order.onLine),
    ]);
    return { ...exit, outOfTime: ending.outOfTime(), outCut };
  } finally {
    ending.forget();
  }
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

function endOf(child: Child, file: string): Promise<Pick<ProcessEnd, 'code' | 'signal'>> {
  return new Promise((resolve, reject) => {
    child.once('error', (error) =>
      reject(new ServiceError('RUN_PROCESS_FAILED', `starting ${file}: ${messageOf(error)}`, { cause: error })),
    );
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
}

/** Stops it when it is told to, or when its time is over. */
function endInTime(child: Child, { deadlineMs, graceMs, stop }: ProcessOrder) {
  let isLate = false;
  let death: NodeJS.Timeout | undefined;
  const end = () => {
    if (death !== undefined) return;
    child.kill('SIGTERM');
    death = setTimeout(() => child.kill('SIGKILL'), graceMs);
  };
  const deadline = setTimeout(() => {
    isLate = true;
    end();
  }, deadlineMs);
  if (stop.aborted) end();
  stop.addEventListener('abort', end, { once: true });
  return {
    outOfTime: () => isLate,
    forget: () => {
      clearTimeout(deadline);
      clearTimeout(death);
      stop.removeEventListener('abort', end);
    },
  };
}

/**
 * Reads all, whether it can be kept or not: a full disk of ours is no reason for a run to stop in its middle.
 *
 * @returns whether there was more than is kept
 */
async function saveOut(stdout: Readable, path: string, maxBytes: number): Promise<boolean> {
  let trouble: unknown;
  const note = (error: unknown) => {
    trouble ??= error;
  };
  const file = await open(path, 'w', 0o600).catch(note);
  let bytes = 0;
  for await (const chunk of stdout as AsyncIterable<Buffer>) {
    const kept = chunk.subarray(0, Math.max(0, maxBytes - bytes));
    bytes += chunk.length;
    if (trouble === undefined && kept.length > 0) await file?.appendFile(kept).catch(note);
  }
  await file?.close().catch(note);
  if (trouble === undefined) return bytes > maxBytes;
  const failure = `keeping what was printed in ${path}: ${messageOf(trouble)}`;
  throw new ServiceError('RUN_PROCESS_FAILED', failure, { cause: trouble });
}

async function tellLines(stderr: Readable, onLine: (line: string) => void): Promise<void> {
  for await (const line of textLinesIn(stderr as AsyncIterable<Buffer>)) onLine(line);
}
