import type { SummaryEvent } from './events.ts';

/**
 * An event in the envelope of CloudEvents 1.0, structured mode. Events travel in it; who wants the bare event takes `data`.
 *
 * @see https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md#context-attributes
 */
export interface CloudEvent<Data> {
  readonly specversion: '1.0';
  /** With `source` the event's name: one that is sent twice has the same, and can be told. */
  readonly id: string;
  /** Whose: cluster and registry, as a path. */
  readonly source: string;
  /** `dev.winnow.` and the event's own type. */
  readonly type: string;
  /** What it is about: the registry's host. */
  readonly subject: string;
  readonly time: string;
  readonly datacontenttype: 'application/json';
  readonly data: Data;
}

export function inEnvelope(event: SummaryEvent): CloudEvent<SummaryEvent> {
  const cluster = event.cluster_name === null ? '' : `/clusters/${encodeURIComponent(event.cluster_name)}`;
  return {
    specversion: '1.0',
    id: `${event.run_id}/${event.mode}`,
    source: `/winnow${cluster}/registries/${encodeURIComponent(event.registry)}`,
    type: `dev.winnow.${event.type}`,
    subject: event.registry,
    time: event.time,
    datacontenttype: 'application/json',
    data: event,
  };
}
