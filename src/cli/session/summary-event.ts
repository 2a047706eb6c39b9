import type { EventTarget } from '../../config/settings.ts';
import { inEnvelope } from '../../report/cloud-event.ts';
import type { SummaryEvent } from '../../report/events.ts';
import { deliver, type EventSinkSettings, openEventSink } from '../../systems/events/index.ts';
import { messageOf } from '../../util/pure/coded-error.ts';
import type { Session } from './session.ts';

/** Tells everybody who is named in the settings. A sink that fails is reported and changes nothing else. @returns whether all took it */
export async function sendSummary({ settings, terminal }: Session, event: SummaryEvent): Promise<boolean> {
  const sinks = await Promise.all(settings.events.map((target) => openEventSink(sinkSettings(target))));
  try {
    const failures = await deliver(sinks, inEnvelope(event), AbortSignal.timeout(60_000));
    for (const { sink, error } of failures)
      terminal.say(`${terminal.paint.yellow('warning:')} the summary did not reach ${sink}: ${messageOf(error)}`);
    return failures.length === 0;
  } finally {
    for (const sink of sinks) await sink.close();
  }
}

function sinkSettings({ to, ...rest }: EventTarget): EventSinkSettings {
  return { kind: to, ...rest } as EventSinkSettings;
}
