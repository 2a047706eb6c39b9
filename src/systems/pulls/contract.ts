import type { PullTimes } from '../../evidence/pull-times.ts';
import type { PushTimes } from '../../evidence/push-times.ts';

/** Whose pulls count for nothing: who looks at everything, and runs none of it. */
export interface IgnoredPullers {
  /** Beginnings of words in a user agent, whatever their case: `trivy`, `regclient/regsync`. */
  readonly userAgents: readonly string[];
  /** Names of users, whole, whatever their case. */
  readonly actors: readonly string[];
}

/** Where it is written down who pulled what from a registry, and who pushed what. */
export interface PullLog {
  /** For messages: `pulls in 2 files`. */
  readonly name: string;
  /**
   * Reads all of it anew.
   *
   * @param pushesSinceMs - older pushes are passed over; default: all are told
   * @throws PULLS_UNREADABLE, PULLS_MALFORMED where a part of the log can't be read at all; the signal's reason.
   */
  read(signal: AbortSignal, pushesSinceMs?: number): Promise<PullsRead>;
}

/** What stood in a log. */
export interface PullsRead {
  readonly times: PullTimes;
  readonly pushes: PushTimes;
  /** Pulls that count, and those that were passed over. */
  readonly counted: number;
  readonly ignored: number;
  /** Where something is missing, in sentences. Pulls count as known only from after the last of these. */
  readonly holes: readonly string[];
}
