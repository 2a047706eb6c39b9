import type { EventEnvelope, EventSink } from './contract.ts';

/** An event that one sink did not take. */
export interface DeliveryFailure {
  readonly sink: string;
  readonly error: unknown;
}

/**
 * Sends an event to all sinks at once. One that fails keeps it from no other, and undoes nothing: its error is returned, to be
 * reported. Never throws.
 */
export async function deliver(
  sinks: readonly EventSink[],
  event: EventEnvelope,
  signal: AbortSignal,
): Promise<readonly DeliveryFailure[]> {
  const results = await Promise.allSettled(sinks.map(async (sink) => sink.send(event, signal)));
  return results.flatMap((result, n) =>
    result.status === 'rejected' ? [{ sink: sinks[n]?.name ?? '', error: result.reason }] : [],
  );
}
