import type { RunProgress, RunState } from '../../systems/history/contract.ts';
import { notificationsBelow } from '../../systems/pulls/index.ts';
import { messageOf } from '../../util/pure/coded-error.ts';
import { wait } from '../../util/wait.ts';
import { inRunSpan } from '../tracing.ts';
import { isUnavailable } from './patiently.ts';
import { type Printed, readPrinted } from './printed-document.ts';
import type { RunFiles } from './run-files.ts';
import { type ProcessEnd, runProcess } from './run-process.ts';
import type { RunTask } from './run-task.ts';
import type { RunnerParts } from './runner-parts.ts';
import { readStderrLine } from './stderr-line.ts';

/** How the last process of a run ended, and what it said. */
export interface ChildEnd extends ProcessEnd {
  readonly printed: Printed;
  /** The last lines that it said and that are for people. */
  readonly lastWords: readonly string[];
}

/** A run whose process dies again and again would go on for ever. */
const MOST_DEATHS = 3;
const MOST_OUT_BYTES = 32 * 1024 * 1024;
/** Of one process, in the history. */
const MOST_LOG_EVENTS = 200;
const PROGRESS_EVERY_MS = 500;
const LAST_WORDS = 5;

/**
 * Runs a command to its end. While another run holds the lease of the target it is tried again; so it is when its process died, or was
 * stopped, and nobody of us wanted that.
 *
 * @param onDeath - told before it is tried again after a death. @returns false to leave it at that
 */
export async function runChild(
  parts: RunnerParts,
  task: RunTask,
  files: RunFiles,
  args: readonly string[],
  onDeath: (end: ChildEnd) => Promise<boolean> = async () => true,
): Promise<ChildEnd> {
  const { nowMs, times, log } = parts;
  const untilMs = nowMs() + task.schedule.deadlineMs;
  for (let deaths = 0; ; ) {
    const end = await runOnce(parts, task, files, args, Math.max(1, untilMs - nowMs()));
    if (task.stop.aborted || end.outOfTime) return end;
    if (isWaiting(end) && nowMs() + times.leaseRetryMs < untilMs) {
      log.info('the target can not be had for now', { run_id: task.run.id, why: end.printed.error?.message });
      await wait(times.leaseRetryMs, task.stop).catch(() => undefined); // a stop is looked at just below
      if (task.stop.aborted) return end;
      continue;
    }
    if (!hasDied(end)) return end;
    deaths += 1;
    log.warn('the process of a run has died', { run_id: task.run.id, signal: end.signal ?? undefined, times: deaths });
    if (deaths === MOST_DEATHS || !(await onDeath(end))) return end;
  }
}

/** Another run is at work on the target, or nobody can tell: that passes. */
const waitedFor: ReadonlySet<string> = new Set(['LEASE_HELD', 'LEASE_UNAVAILABLE']);
/** Whether it did nothing because of the lease of its target. */
export function isWaiting({ printed }: ChildEnd): boolean {
  return waitedFor.has(printed.error?.code ?? '');
}

/** It stopped in the middle, and can be gone on with. */
const cutShort: ReadonlySet<string> = new Set(['STOPPED', 'LEASE_LOST']);

/** A signal that we did not send, a stop that nobody of us asked for, or a lease that got lost. */
export function hasDied({ code, printed }: ChildEnd): boolean {
  return code === null || printed.stopped || cutShort.has(printed.error?.code ?? '');
}

async function runOnce(
  parts: RunnerParts,
  task: RunTask,
  files: RunFiles,
  args: readonly string[],
  deadlineMs: number,
): Promise<ChildEnd> {
  const { command, env, times, log, history } = parts;
  const listener = listen(parts, task);
  log.debug('a process begins', { run_id: task.run.id, arguments: args.join(' ') });
  const end = await inRunSpan(phaseOf(args), task.run, (traceEnv) =>
    runProcess({
      file: command.file,
      args: [...command.args, ...args],
      env: {
        ...env,
        ...speech,
        ...traceEnv,
        ...(history.told !== undefined && { [notificationsBelow]: files.folder }),
      },
      outFile: files.out,
      outMaxBytes: MOST_OUT_BYTES,
      deadlineMs,
      graceMs: times.graceMs,
      stop: task.stop,
      onLine: listener.hear,
    }),
  );
  await listener.heard();
  const printed = await readPrinted(files.out, end.outCut);
  log.debug('a process ended', { run_id: task.run.id, code: end.code ?? undefined, signal: end.signal ?? undefined });
  return { ...end, printed, lastWords: listener.lastWords };
}

/** What a span of a trace is called by. */
function phaseOf([command]: readonly string[]): 'plan' | 'apply' | 'undo' {
  return command === 'apply' || command === 'undo' ? command : 'plan';
}

/** How runs are told to speak, and to end with us. */
export const speech = {
  WINNOW_PROGRESS: 'json',
  WINNOW_LOG_FORMAT: 'json',
  WINNOW_LOG_LEVEL: 'info',
  WINNOW_STOP_WITH_STDIN: 'true',
  NO_COLOR: '1',
} as const;

/** Writes what a run says into the history: one thing at a time, and of progress the newest. What the history can't take is let go. */
function listen(parts: RunnerParts, task: RunTask) {
  const { history, nowMs, log } = parts;
  const { id } = task.run;
  const lastWords: string[] = [];
  let events = 0;
  let toldAtMs = Number.NEGATIVE_INFINITY;
  let waiting: RunProgress | undefined;
  let queue: Promise<void> = Promise.resolve();
  const write = (work: () => Promise<unknown>) => {
    queue = queue.then(async () => {
      if (task.gone.aborted) return;
      try {
        await work();
      } catch (error) {
        if (!isUnavailable(error)) log.warn('a line of a run could not be kept', { run_id: id, why: messageOf(error) });
      }
    });
  };
  const states: readonly RunState[] = ['planning', 'applying'];
  const writeProgress = (progress: RunProgress) => write(() => history.moveRun(id, states, { progress }));
  const note = (level: string, words: string) => {
    if (level !== 'debug' && level !== 'info') {
      lastWords.push(words);
      if (lastWords.length > LAST_WORDS) lastWords.shift();
    }
    events += 1;
    if (level === 'debug' || events > MOST_LOG_EVENTS) return;
    write(() => history.addEvent({ atMs: nowMs(), runId: id, type: 'run.log', data: { level, words } }));
  };

  return {
    lastWords,
    hear: (text: string) => {
      const line = readStderrLine(text);
      if (line === undefined) return;
      if (line.kind === 'words') return note('notice', line.words);
      if (line.kind === 'log') return note(line.level, line.words);
      const { kind: _, ...progress } = line;
      waiting = { ...progress, atMs: nowMs() };
      if (nowMs() - toldAtMs < PROGRESS_EVERY_MS) return;
      toldAtMs = nowMs();
      writeProgress(waiting);
      waiting = undefined;
    },
    heard: async () => {
      if (waiting !== undefined) writeProgress(waiting);
      await queue;
    },
  };
}
