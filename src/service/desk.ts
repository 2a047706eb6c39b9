import type { AccessRole } from '../config/serve-settings.ts';
import type { RunRecord } from '../systems/history/contract.ts';

/** Who asks, and what he may. */
export interface Person {
  readonly name: string;
  readonly role: AccessRole;
}

/**
 * What people may ask of the service. Each call writes what is wanted into the history, with an entry in the audit, and returns: the
 * replica that runs the schedules sees it there and does it, whichever replica was asked.
 *
 * Each throws RUN_NOT_FOUND, RUN_IN_OTHER_STATE (naming the state and who decided), ROLE_TOO_LOW, or what is said there.
 */
export interface Desk {
  /** A run now, besides the schedule. Admins. @throws SCHEDULE_NOT_FOUND, RUN_UNDER_WAY */
  start(schedule: string, who: Person): Promise<RunRecord>;
  /** Exactly the plan with this hash is applied. Approvers. @throws PLAN_OTHER_HASH, PLAN_BREAKS_LIMITS, PLAN_EXPIRED */
  approve(runId: string, who: Person, planHash: string): Promise<RunRecord>;
  /** Approvers. */
  reject(runId: string, who: Person, note?: string): Promise<RunRecord>;
  /** What is in hand is finished, and nothing else begun. Approvers. */
  stop(runId: string, who: Person): Promise<RunRecord>;
  /** Brings back what a run removed, as a run of its own. Approvers. @throws RUN_NOT_UNDOABLE */
  undo(runId: string, who: Person): Promise<RunRecord>;
  /** Plans once more, with limits that fit the plan as it is; the new plan waits for approval. Admins. @throws RUN_BREAKS_NO_LIMIT */
  raiseLimits(runId: string, who: Person): Promise<RunRecord>;
  /**
   * What other policies would do, by the evidence of the last run about a target: nothing is asked and nothing touched. Viewers.
   * @param settings - a settings file, as YAML: its `prune.policies` count.
   * @returns the document of `winnow policy test -o json`. @throws NO_EVIDENCE, POLICY_INVALID with what the settings' check says
   */
  tryPolicies(target: string, settings: string, who: Person, signal: AbortSignal): Promise<unknown>;
}

/** A schedule, as pages and API show it. */
export interface ScheduleView {
  readonly name: string;
  readonly flow: string;
  readonly cron: string;
  readonly timeZone: string;
  readonly mode: 'plan' | 'approve' | 'auto';
  readonly suspended: boolean;
  /** UTC milliseconds, jitter included; absent where it never comes or is suspended. */
  readonly nextDueAtMs?: number;
  /** Between two of its times, from now on. */
  readonly intervalMs?: number;
  readonly lastRun?: RunRecord;
  /** The last that ended well: done, nothing, planned. */
  readonly lastSuccess?: RunRecord;
}

/** What HTTP needs of the rest: nothing of it changes anything but {@link Desk}. */
export interface Standing {
  readonly version: string;
  /** This replica's name. */
  readonly replica: string;
  readonly startedAtMs: number;
  /** Whether this replica runs the schedules; else who does, where that is known. */
  readonly leads: boolean;
  readonly schedules: readonly ScheduleView[];
  /** What is wrong with the service itself, in sentences: the history is gone, settings could not be reloaded. */
  readonly troubles: readonly string[];
  readonly stopping: boolean;
}
