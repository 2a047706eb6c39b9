import { createHash } from 'node:crypto';
import type { Json } from '../../../util/kubernetes/kube-api.ts';
import type { EventEnvelope } from '../contract.ts';

/*
 * An event of ours as an Event of the cluster (events.k8s.io/v1), about the pod that tells it:
 *
 *   metadata: {name: winnow-<hash of our id>, annotations: {winnow.dev/event: <all of it, as JSON>}}
 *   regarding: {kind: Pod, …}   reason: ServiceWaiting   action: Tell   type: Normal | Warning
 *   note: in one sentence, 1 KiB at most   eventTime, reportingController, reportingInstance
 */

/** The pod that it is told about. */
export interface Pod {
  readonly name: string;
  readonly uid?: string;
}

/** Of the API, in bytes. */
const MOST_NOTE_BYTES = 1024;
/** Of all annotations of an object together it takes 256 KiB. */
const MOST_ANNOTATION_BYTES = 200_000;

export function eventObject(event: EventEnvelope, namespace: string, pod: Pod): Json {
  const { data, id, source, time } = event;
  const whole = JSON.stringify(data);
  const annotations = Buffer.byteLength(whole) > MOST_ANNOTATION_BYTES ? {} : { 'winnow.dev/event': whole };
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { name: eventName(`${source} ${id}`), namespace, annotations },
    eventTime: new Date(time).toISOString().replace('Z', '000Z'),
    reportingController: 'winnow.dev/winnow',
    reportingInstance: pod.name,
    action: 'Tell',
    reason: reasonOf(data.type),
    regarding: {
      apiVersion: 'v1',
      kind: 'Pod',
      namespace,
      name: pod.name,
      ...(pod.uid === undefined ? {} : { uid: pod.uid }),
    },
    note: cutTo(noteOf(data), MOST_NOTE_BYTES),
    type: data.level === 'info' ? 'Normal' : 'Warning',
  };
}

/** The same event has the same name: what is sent twice is there once. */
function eventName(id: string): string {
  return `winnow-${createHash('sha256').update(id).digest('hex').slice(0, 32)}`;
}

/** `service.waiting` → `ServiceWaiting` */
function reasonOf(type: string): string {
  const words = type.split(/[^A-Za-z0-9]+/).filter((word) => word !== '');
  return (
    words
      .map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`)
      .join('')
      .slice(0, 128) || 'Event'
  );
}

/** Events that have words for people have them in `text`. */
function noteOf(data: EventEnvelope['data']): string {
  const { text } = data as { readonly text?: unknown };
  return typeof text === 'string' ? text : JSON.stringify(data);
}

function cutTo(text: string, bytes: number): string {
  if (Buffer.byteLength(text) <= bytes) return text;
  // A character that was cut in two becomes one that says so.
  return `${Buffer.from(text)
    .subarray(0, bytes - 6)
    .toString('utf8')
    .replace(/\uFFFD+$/, '')}…`;
}
