import type { EventEnvelope, EventSink } from '../contract.ts';
import { eventsError } from '../errors.ts';

/** A sink that remembers what it was sent: for tests, and for the demonstration. */
export interface MemoryEvents extends EventSink {
  readonly sent: readonly EventEnvelope[];
}

/** @param script.failing - every event is refused. */
export function memoryEvents(script: { readonly failing?: boolean } = {}): MemoryEvents {
  const sent: EventEnvelope[] = [];
  return {
    name: 'memory',
    sent,
    async check(signal) {
      signal.throwIfAborted();
      if (script.failing === true)
        throw eventsError('EVENTS_UNAVAILABLE', 'looking for room in memory: it was told to fail');
    },
    async send(event, signal) {
      signal.throwIfAborted();
      if (script.failing === true)
        throw eventsError('EVENTS_UNAVAILABLE', 'keeping an event in memory: it was told to fail');
      sent.push(structuredClone(event));
    },
    close: async () => {},
  };
}
