import type { RunRecord } from '../../systems/history/contract.ts';
import type { NoticeKind } from '../notices/notice.ts';
import type { RunnerParts } from './runner-parts.ts';

/** Tells people of a run. */
export function tellOf({ tell, nowMs }: Pick<RunnerParts, 'tell' | 'nowMs'>, run: RunRecord, kind: NoticeKind): void {
  const { id, schedule, flow, target, why = [], counts, plannedBytes } = run;
  tell({
    ...{ kind, runId: id, schedule, flow, atMs: nowMs(), why },
    ...(target === undefined ? {} : { target }),
    ...(counts?.planned === undefined ? {} : { planned: counts.planned }),
    ...(plannedBytes === undefined ? {} : { plannedBytes }),
  });
}
