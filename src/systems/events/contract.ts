/**
 * An event on its way, in the envelope of CloudEvents 1.0. `data` is the event itself; who sends the same one twice gives it the
 * same `id` and `source`, so that a receiver can tell.
 *
 * @see https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md#context-attributes
 */
export interface EventEnvelope {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject?: string;
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly datacontenttype: 'application/json';
  readonly data: EventData;
}

/** What all events have. Whatever else they have is passed on as it is. */
export interface EventData {
  /** `registry_reconcile.summary`, `hard_prune.summary`, `node_gc.summary`. */
  readonly type: string;
  readonly level: string;
  /** ISO 8601, UTC. */
  readonly time: string;
  /** Tells clusters apart; null where none is named. */
  readonly cluster_name: string | null;
}

/** Somewhere that wants to know what happened. It never decides anything: a sink that fails stops and undoes nothing. */
export interface EventSink {
  /** For messages: `file /var/log/winnow/events.ndjson`, `webhook https://events.example/winnow`. No credentials. */
  readonly name: string;
  /**
   * Finds out, as far as that goes without sending anything, whether an event would be taken: asked before what it is to tell of begins.
   *
   * @throws EVENTS_… for what would most likely be in the way of {@link send}; the signal's reason.
   */
  check(signal: AbortSignal): Promise<void>;
  /**
   * Hands an event over. It resolves once the event is safe where it went: on disk, committed, acknowledged.
   *
   * @throws EVENTS_… when it was not taken (it may have arrived all the same, where only the answer was lost); the signal's reason.
   */
  send(event: EventEnvelope, signal: AbortSignal): Promise<void>;
  /** Ends connections. Twice is fine. */
  close(): Promise<void>;
}
