import type { ScheduleSettings } from '../../config/serve-settings.ts';
import type { RunRecord } from '../../systems/history/contract.ts';
import { openStates } from '../../systems/history/index.ts';
import { beginDue } from '../schedule/begin-due.ts';
import { dueNotes } from '../schedule/due-notes.ts';
import { moveTo } from './patiently.ts';
import type { RunTask, StopCause } from './run-task.ts';
import type { RunnerParts } from './runner-parts.ts';
import { isAskedToStop } from './stop-notes.ts';
import { endWithoutSchedule, workOn } from './work-on.ts';

/** The time in which this replica runs the schedules: from the moment it got the lease. */
export interface Reign {
  /** Looks at what is to be done, and begins it. @throws what the history throws */
  tick(): Promise<void>;
  /** Stops all runs after what is in hand. @returns when nothing of it goes on */
  end(cause: StopCause): Promise<void>;
}

interface Active {
  readonly schedule: string;
  stop(cause: StopCause): void;
  readonly done: Promise<void>;
}

const MOST_OPEN = 1000;

/** @param gone - aborted when nothing more may be written. @param onFree - told when a run ended: there may be more to do */
export function beginReign(parts: RunnerParts, gone: AbortSignal, onFree: () => void): Reign {
  const { history, settings, nowMs, log } = parts;
  const active = new Map<string, Active>();
  const notes = dueNotes(history);
  let isEnding = false;

  async function tick(): Promise<void> {
    await stopThoseAskedTo();
    const open = await openRuns();
    await expire(open);
    await beginDue({ history, notes, log, nowMs }, settings().schedules, open);
    await beginWork(await openRuns());
  }

  const openRuns = () => history.runs({ states: openStates, limit: MOST_OPEN });

  async function stopThoseAskedTo(): Promise<void> {
    for (const [id, run] of active) if (await isAskedToStop(history, id)) run.stop('person');
  }

  /** A plan that nobody decided on in time can't be applied any more. */
  async function expire(open: readonly RunRecord[]): Promise<void> {
    for (const { id, state, planExpiresAtMs } of open) {
      if (state !== 'waiting' || planExpiresAtMs === undefined || planExpiresAtMs > nowMs()) continue;
      const why = ['Nobody decided on it before its plan was too old.'];
      await moveTo(parts, gone, id, ['waiting'], { state: 'expired', endedAtMs: nowMs(), why });
    }
  }

  /** The oldest of each schedule first, and of a schedule never two. */
  async function beginWork(open: readonly RunRecord[]): Promise<void> {
    const busy = new Set([...active.values()].map(({ schedule }) => schedule));
    for (const run of open.toReversed()) {
      if (isEnding || active.size >= settings().parallel) return;
      const isFree = !busy.has(run.schedule);
      busy.add(run.schedule);
      if (!isFree || run.state === 'waiting') continue;
      const schedule = settings().schedules.find(({ name }) => name === run.schedule);
      if (schedule === undefined) await endWithoutSchedule(parts, run, gone);
      else begin(run, schedule);
    }
  }

  function begin(run: RunRecord, schedule: ScheduleSettings): void {
    const stop = new AbortController();
    let cause: StopCause | undefined;
    const task: RunTask = { run, schedule, stop: stop.signal, stopCause: () => cause, gone };
    const done = workOn(parts, task).finally(() => {
      active.delete(run.id);
      onFree();
    });
    active.set(run.id, {
      schedule: run.schedule,
      stop: (why) => {
        cause ??= why;
        stop.abort();
      },
      done,
    });
  }

  return {
    tick,
    async end(cause) {
      isEnding = true;
      for (const run of active.values()) run.stop(cause);
      await Promise.all([...active.values()].map(({ done }) => done));
    },
  };
}
