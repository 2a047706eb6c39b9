import type { EventSink } from './contract.ts';
import { fileEvents } from './file/file-events.ts';
import type { KubernetesEventsOptions } from './kubernetes/kubernetes-events.ts';
import { memoryEvents } from './memory/memory-events.ts';
import type { PostgresEventsOptions } from './postgres/postgres-events.ts';
import { stdoutEvents } from './stdout/stdout-events.ts';
import type { WebhookEventsOptions } from './webhook/webhook-settings.ts';

export { type DeliveryFailure, deliver } from './deliver.ts';

/** The settings of a sink, by the kind of sink. */
export type EventSinkSettings =
  | { readonly kind: 'stdout' }
  | { readonly kind: 'file'; readonly path: string }
  | ({ readonly kind: 'postgres' } & PostgresEventsOptions)
  | ({ readonly kind: 'webhook' } & WebhookEventsOptions)
  | ({ readonly kind: 'kubernetes' } & KubernetesEventsOptions)
  | { readonly kind: 'memory' };

type SettingsOf<Kind extends EventSinkSettings['kind']> = Extract<EventSinkSettings, { kind: Kind }>;

/** The sinks there are, each with the function that opens it. Drivers are loaded when they are asked for. */
export const eventSinks: {
  readonly [Kind in EventSinkSettings['kind']]: (settings: SettingsOf<Kind>) => EventSink | Promise<EventSink>;
} = {
  /** A line of JSON on standard output. */
  stdout: () => stdoutEvents(),
  /** NDJSON, appended. */
  file: fileEvents,
  /** A row of a table. */
  postgres: async (settings) => (await import('./postgres/postgres-events.ts')).postgresEvents(settings),
  /** A CloudEvent, by POST. */
  webhook: async (settings) => (await import('./webhook/webhook-events.ts')).webhookEvents(settings),
  /** An Event of a cluster, about a pod. */
  kubernetes: async (settings) => (await import('./kubernetes/kubernetes-events.ts')).kubernetesEvents(settings),
  /** Within this process. */
  memory: () => memoryEvents(),
};

/** Opens a sink. Nothing is connected to before the first event. @throws EVENTS_SETTINGS_INVALID */
export async function openEventSink(settings: EventSinkSettings): Promise<EventSink> {
  switch (settings.kind) {
    case 'stdout':
      return eventSinks.stdout(settings);
    case 'file':
      return eventSinks.file(settings);
    case 'postgres':
      return eventSinks.postgres(settings);
    case 'webhook':
      return eventSinks.webhook(settings);
    case 'kubernetes':
      return eventSinks.kubernetes(settings);
    case 'memory':
      return eventSinks.memory(settings);
  }
}
