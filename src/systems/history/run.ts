/** Where a run of the service stands. The first five go on, all others are ends. */
export const runStates = [
  /** Claimed; its plan is being made. */
  'planning',
  /** Its plan waits for a person. */
  'waiting',
  /** A person (or the schedule's mode) said yes; nothing was begun yet. */
  'approved',
  'applying',
  /** The service stopped, or died, while it was applied: it goes on at the next start. */
  'interrupted',
  /** A plan was made, and that was all that was asked for. */
  'planned',
  /** There was nothing to do. */
  'nothing',
  'done',
  /** Some of it was skipped or failed. */
  'partial',
  'failed',
  /** Evidence was incomplete, all else was done. */
  'incomplete',
  /** The world had changed, or the plan was too old. */
  'outdated',
  'rejected',
  'expired',
  /** Stopped by a person. */
  'stopped',
] as const;

export type RunState = (typeof runStates)[number];

/** Those in which something is still to be done. */
export const openStates = ['planning', 'waiting', 'approved', 'applying', 'interrupted'] as const satisfies RunState[];

/** Sums that every flow can tell. */
export interface RunCounts {
  readonly found?: number;
  readonly live?: number;
  /** Actions in the plan. */
  readonly planned?: number;
  readonly removed?: number;
  readonly skipped?: number;
  readonly failed?: number;
}

export interface RunProgress {
  /** `reading registry.example:5000`, `removing`. */
  readonly title: string;
  readonly done: number;
  readonly total?: number;
  readonly words: string;
  readonly atMs: number;
}

/** One run, as the history keeps it. Times are UTC milliseconds. */
export interface RunRecord {
  /** `<schedule>-<time it was due, 20261121T030000Z>`, with `-2` and so on behind it for others of the same moment. */
  readonly id: string;
  readonly schedule: string;
  /** As it is named in the settings: `reconcile`, `prune`, `prune-images`, `hard-prune`, `node-gc`, `node-fleet`. */
  readonly flow: string;
  /** What it is about, once that is known: a registry's host, a storage's name, a node, a cluster. */
  readonly target?: string;
  readonly trigger: 'schedule' | 'catch-up' | 'person' | 'undo';
  /** Who asked for it, where a person did. */
  readonly by?: string;
  readonly dueAtMs: number;
  readonly state: RunState;
  readonly startedAtMs?: number;
  readonly applyStartedAtMs?: number;
  readonly endedAtMs?: number;
  /** Of the plan document, and of the journals of those who applied it. */
  readonly planId?: string;
  /** sha256 of the plan document, in hex: what is approved is exactly this. */
  readonly planHash?: string;
  readonly planExpiresAtMs?: number;
  /** The plan's limits that it breaks. Such a plan can be shown, not applied. */
  readonly broken?: readonly string[];
  /** Gaps in the plan's evidence. */
  readonly gaps?: number;
  readonly counts?: RunCounts;
  readonly plannedBytes?: number;
  readonly freedBytes?: number;
  /** Of the last process: planning, or applying. */
  readonly exitCode?: number;
  /** Why it waits, was refused or failed: sentences. */
  readonly why?: readonly string[];
  /** Who approved or rejected it. */
  readonly decidedBy?: string;
  readonly decidedAtMs?: number;
  /** For `trigger: undo`: the run that is taken back. */
  readonly undoOf?: string;
  /** On the undone run: who took it back. */
  readonly undoneBy?: string;
  /** Ids of the journals. Those of one run in several places may have the same. */
  readonly journals?: readonly string[];
  /** Where the journals lie: names of state directories, in the order in which the plan was applied from there. */
  readonly appliedAt?: readonly string[];
  /** Those of them from which everything was brought back. */
  readonly undoneAt?: readonly string[];
  /** More arguments than the schedule's, for this run alone: limits that an administrator raised. */
  readonly moreArguments?: readonly string[];
  /** What it is at, while it goes on; renewed twice a second at most. */
  readonly progress?: RunProgress;
  /** The replica that does or did it; absent: nobody has begun. */
  readonly replica?: string;
}

export interface RunQuery {
  readonly schedule?: string;
  readonly flow?: string;
  readonly states?: readonly RunState[];
  /** Only those that were due before: for the next page. */
  readonly dueBeforeMs?: number;
  /** Most of them; newest first. */
  readonly limit: number;
}

/** Something that happened: to a run, or to the service. Numbers rise; gaps are possible. */
export interface HistoryEvent {
  readonly id: number;
  readonly atMs: number;
  readonly runId?: string;
  /** `run.state`, `run.log`, `schedule.missed`, `leader`, `settings.reloaded`, … */
  readonly type: string;
  /** Plain JSON, without secrets. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** Who did what to the service. Never changed, and kept longest. */
export interface AuditEntry {
  readonly id: number;
  readonly atMs: number;
  /** The name of a token, or of a user whom a proxy vouches for. */
  readonly who: string;
  readonly role: string;
  /** `approve`, `reject`, `stop`, `undo`, `run`, `raise-limits`, `reload`, `refused`. */
  readonly what: string;
  readonly runId?: string;
  readonly planHash?: string;
  readonly note?: string;
}
