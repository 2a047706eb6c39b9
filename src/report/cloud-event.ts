import type { SummaryEvent } from './events.ts';
import type { HardPruneEvent } from './hard-prune-event.ts';
import type { NodeFleetEvent } from './node/fleet-event.ts';
import type { NodeGcEvent } from './node-gc-event.ts';
import type { PruneEvent } from './prune-event.ts';
import type { PruneImagesEvent } from './prune-images-event.ts';

/** All events there are. */
export type WinnowEvent = SummaryEvent | HardPruneEvent | PruneEvent | PruneImagesEvent | NodeGcEvent | NodeFleetEvent;

/**
 * An event in the envelope of CloudEvents 1.0, structured mode. Events travel in it; who wants the bare event takes `data`.
 *
 * @see https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md#context-attributes
 */
export interface CloudEvent<Data> {
  readonly specversion: '1.0';
  /** With `source` the event's name: one that is sent twice has the same, and can be told. */
  readonly id: string;
  /** Whose: cluster and registry, storage or node, as a path. */
  readonly source: string;
  /** `dev.winnow.` and the event's own type. */
  readonly type: string;
  /** What it is about: the registry's host, the storage, or the node. */
  readonly subject: string;
  readonly time: string;
  readonly datacontenttype: 'application/json';
  readonly data: Data;
}

export function inEnvelope(event: WinnowEvent): CloudEvent<WinnowEvent> {
  const cluster = event.cluster_name === null ? '' : `/clusters/${encodeURIComponent(event.cluster_name)}`;
  const [kind, subject] = subjectOf(event);
  return {
    specversion: '1.0',
    id: `${event.run_id}/${event.mode}`,
    source: `/winnow${cluster}/${kind}/${encodeURIComponent(subject)}`,
    type: `dev.winnow.${event.type}`,
    subject,
    time: event.time,
    datacontenttype: 'application/json',
    data: event,
  };
}

function subjectOf(event: WinnowEvent): readonly [kind: string, name: string] {
  if ('store' in event) return ['stores', event.store];
  if ('fleet' in event) return ['fleets', event.fleet];
  if ('node' in event) return ['nodes', event.node];
  return 'image_api' in event ? ['image-apis', event.image_api] : ['registries', event.registry];
}
