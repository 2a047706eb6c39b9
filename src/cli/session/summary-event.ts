import type { EventTarget } from '../../config/settings.ts';
import { inEnvelope, type WinnowEvent } from '../../report/cloud-event.ts';
import type { EventSink } from '../../systems/events/contract.ts';
import { deliver, type EventSinkSettings, openEventSink } from '../../systems/events/index.ts';
import { CodedError, messageOf } from '../../util/pure/coded-error.ts';
import type { Session } from './session.ts';

/** To look at a sink, and to hand an event over: a sink that hangs holds nobody up for longer. */
const CHECK_MS = 10_000;
const DELIVERY_MS = 60_000;

/** What looking at one sink came to; without an error it would take an event. */
export interface SinkCheck {
  readonly sink: string;
  readonly error?: unknown;
}

/**
 * Looks at the sinks before anything is deleted, so that a wrong address shows while there is time to stop. It is a warning: a sink
 * never decides whether a run takes place.
 */
export async function warnOfSinks(session: Session): Promise<void> {
  for (const { sink, error } of await checkSinks(session))
    if (error !== undefined) warn(session, `the summary may not reach ${sink}, the run goes on`, error);
}

/** Whether each sink of the settings would take an event. @throws the reason of a stop */
export async function checkSinks({ settings, terminal }: Session): Promise<readonly SinkCheck[]> {
  const signal = AbortSignal.any([terminal.signal, AbortSignal.timeout(CHECK_MS)]);
  return await Promise.all(
    settings.events.map(async (target, n) => {
      let name = nameInSettings(target, n);
      try {
        const sink = await openEventSink(sinkSettings(target));
        name = sink.name;
        await sink.check(signal).finally(() => sink.close());
        return { sink: name };
      } catch (error) {
        terminal.signal.throwIfAborted();
        return { sink: name, error };
      }
    }),
  );
}

/** Tells everybody who is named in the settings. A sink that fails is reported and changes nothing else. @returns whether all took it */
export async function sendSummary(session: Session, event: WinnowEvent): Promise<boolean> {
  const sinks = await openSinks(session);
  try {
    const failures = await deliver(sinks, inEnvelope(event), AbortSignal.timeout(DELIVERY_MS));
    for (const { sink, error } of failures) warn(session, `the summary did not reach ${sink}`, error);
    return failures.length === 0 && sinks.length === session.settings.events.length;
  } finally {
    for (const sink of sinks) await sink.close();
  }
}

/** Those that can be opened; of the others a warning is given. */
async function openSinks(session: Session): Promise<readonly EventSink[]> {
  const { events } = session.settings;
  const opened = await Promise.allSettled(events.map(async (target) => await openEventSink(sinkSettings(target))));
  return opened.flatMap((one, n) => {
    if (one.status === 'fulfilled') return [one.value];
    warn(session, `the summary did not reach ${nameInSettings(events[n], n)}`, one.reason);
    return [];
  });
}

function nameInSettings(target: EventTarget | undefined, n: number): string {
  return `events[${n}] (${target?.to})`;
}

function warn({ terminal }: Session, what: string, thrown: unknown): void {
  const hint = thrown instanceof CodedError && thrown.hint !== undefined ? ` (${thrown.hint})` : '';
  terminal.say(`${terminal.paint.yellow('warning:')} ${what}: ${messageOf(thrown)}${hint}`);
}

function sinkSettings({ to, ...rest }: EventTarget): EventSinkSettings {
  return { kind: to, ...rest } as EventSinkSettings;
}
