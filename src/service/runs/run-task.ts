import type { ScheduleSettings } from '../../config/serve-settings.ts';
import type { RunRecord } from '../../systems/history/contract.ts';

/** Who wants a run to stop: a person; the service, which ends; nobody, but another replica has the lease now. */
export type StopCause = 'person' | 'service' | 'lease-lost';

/** A run that is worked on. */
export interface RunTask {
  readonly run: RunRecord;
  readonly schedule: ScheduleSettings;
  /** Aborted when it is to stop after what is in hand. */
  readonly stop: AbortSignal;
  readonly stopCause: () => StopCause | undefined;
  /** Aborted when nothing more may be written: the lease of the service is lost, or its time to end is over. */
  readonly gone: AbortSignal;
}
