import { openStates, type RunState } from './run.ts';

/** As much of a run as decides whether it is forgotten. */
export interface ForgettableRun {
  readonly id: string;
  readonly schedule: string;
  readonly state: RunState;
  readonly dueAtMs: number;
  readonly endedAtMs: number | undefined;
}

/**
 * The runs that may be forgotten: those that ended before a moment, and of the others all but the newest `keepRuns` of their
 * schedule. Open runs stay, and the last of each schedule. One that ended without saying when counts from when it was due.
 */
export function runsToForget(
  runs: Iterable<ForgettableRun>,
  limits: { readonly endedBeforeMs: number; readonly keepRuns: number },
): readonly string[] {
  const going: string[] = [];
  for (const ofSchedule of bySchedule(runs).values()) {
    ofSchedule.sort((one, other) => other.dueAtMs - one.dueAtMs || (one.id < other.id ? 1 : -1));
    let kept = 0;
    for (const [at, run] of ofSchedule.entries()) {
      const isOpen = (openStates as readonly RunState[]).includes(run.state);
      const isOld = (run.endedAtMs ?? run.dueAtMs) < limits.endedBeforeMs;
      const stays = isOpen || at === 0 || (!isOld && kept < limits.keepRuns);
      if (stays) kept += 1;
      else going.push(run.id);
    }
  }
  return going;
}

function bySchedule(runs: Iterable<ForgettableRun>): ReadonlyMap<string, ForgettableRun[]> {
  const schedules = new Map<string, ForgettableRun[]>();
  for (const run of runs) {
    const known = schedules.get(run.schedule);
    if (known === undefined) schedules.set(run.schedule, [run]);
    else known.push(run);
  }
  return schedules;
}
