/** What people are told of. */
export const noticeKinds = ['waiting', 'limit', 'failed', 'outdated', 'resumed'] as const;
export type NoticeKind = (typeof noticeKinds)[number];

/** Something about a run that somebody should know. */
export interface Notice {
  readonly kind: NoticeKind;
  readonly runId: string;
  readonly schedule: string;
  readonly flow: string;
  readonly target?: string;
  readonly atMs: number;
  /** Why: sentences. */
  readonly why: readonly string[];
  /** Actions in the plan, and the bytes that it frees. */
  readonly planned?: number;
  readonly plannedBytes?: number;
}

const said: Readonly<Record<NoticeKind, string>> = {
  waiting: 'waits for approval',
  limit: 'breaks its limits, and can not be applied',
  failed: 'has failed',
  outdated: 'was not applied: the world has changed, or the plan is too old',
  resumed: 'was interrupted, and goes on',
};

/** In one sentence, and why. */
export function noticeWords({ kind, runId, target, planned, why }: Notice): string {
  const about = target === undefined ? '' : ` (${target})`;
  const what = kind === 'waiting' || kind === 'limit' ? `The plan of run ${runId}${about}` : `Run ${runId}${about}`;
  const size = planned === undefined ? '' : `, ${planned} ${planned === 1 ? 'action' : 'actions'}`;
  return [`${what}${size}: it ${said[kind]}.`, ...why].join(' ');
}
