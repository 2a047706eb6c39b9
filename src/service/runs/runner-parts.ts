import type { ServeSettings } from '../../config/serve-settings.ts';
import type { History } from '../../systems/history/contract.ts';
import type { Log } from '../log.ts';
import type { Notice } from '../notices/notice.ts';

/** What runs are done with. */
export interface RunnerParts {
  readonly history: History;
  /** As they stand now: they may change while it runs. */
  readonly settings: () => ServeSettings;
  /** Absolute. Runs share it with the service. */
  readonly stateDir: string;
  /** The service's own settings file, absolute; schedules that name none of their own use it. */
  readonly config: string | undefined;
  /** What starts Winnow: an executable, and what stands before the command's words. */
  readonly command: { readonly file: string; readonly args: readonly string[] };
  /** Of the runs, but for what tells them how to speak. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** This replica's name. */
  readonly replica: string;
  readonly log: Log;
  readonly nowMs: () => number;
  /** Tells people; never throws, and nothing waits for it. */
  readonly tell: (notice: Notice) => void;
  readonly times: RunnerTimes;
}

export interface RunnerTimes {
  /** Between two looks at what is to be done. */
  readonly tickMs: number;
  /** From the polite end of a run to its death. */
  readonly graceMs: number;
  /** Until a target whose lease another run holds is tried again. */
  readonly leaseRetryMs: number;
  /** Until a history that is gone is asked again; until the lease of the service is tried again. */
  readonly retryMs: number;
  /** Between two looks at what was pushed while a plan is applied. */
  readonly pushesMs: number;
  /** How long the history may not answer until nobody knows what was pushed: from then on everything stays. */
  readonly blindAfterMs: number;
}

export const runnerTimes: RunnerTimes = {
  ...{ tickMs: 500, graceMs: 60_000, leaseRetryMs: 5000, retryMs: 1000 },
  ...{ pushesMs: 2000, blindAfterMs: 30_000 },
};
