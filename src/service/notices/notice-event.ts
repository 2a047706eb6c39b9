import type { EventEnvelope } from '../../systems/events/contract.ts';
import { type Notice, type NoticeKind, noticeWords } from './notice.ts';

const levels: Readonly<Record<NoticeKind, 'info' | 'warn' | 'error'>> = {
  waiting: 'info',
  resumed: 'info',
  limit: 'warn',
  outdated: 'warn',
  failed: 'error',
};

/** Who tells. */
export interface Teller {
  /** Of the service, as its lease has it. */
  readonly service: string;
  readonly cluster: string | undefined;
  /** Under which people reach the service, with its path; undefined: nobody knows. */
  readonly url: string | undefined;
}

/** A notice as an event: `dev.winnow.service.waiting`. The same notice has the same id. */
export function noticeEvent(notice: Notice, { service, cluster, url }: Teller): EventEnvelope {
  const { kind, runId, schedule, flow, target, atMs, why, planned, plannedBytes } = notice;
  const time = new Date(atMs).toISOString();
  return {
    specversion: '1.0',
    id: `${runId}/${kind}/${atMs}`,
    source: `/winnow/services/${encodeURIComponent(service)}`,
    type: `dev.winnow.service.${kind}`,
    subject: runId,
    time,
    datacontenttype: 'application/json',
    data: {
      ...{ type: `service.${kind}`, level: levels[kind], time, cluster_name: cluster ?? null },
      ...{ run_id: runId, schedule, flow, target: target ?? null },
      ...{ text: noticeWords(notice), why },
      ...{ planned_actions: planned ?? null, planned_bytes: plannedBytes ?? null },
      ...{ url: url === undefined ? null : `${url}/runs/${encodeURIComponent(runId)}` },
    },
  };
}
