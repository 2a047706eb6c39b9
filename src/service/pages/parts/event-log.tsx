import type { HistoryEvent, RunState } from '../../../systems/history/contract.ts';
import { stateLooks } from './state.tsx';
import { At } from './time.tsx';

/** What happened, in its order. */
export function EventLog({ events, nowMs }: { readonly events: readonly HistoryEvent[]; readonly nowMs: number }) {
  if (events.length === 0) return <p class="none">Nothing was noted.</p>;
  return (
    <ol class="log">
      {events.map((event) => (
        <li>
          <At ms={event.atMs} nowMs={nowMs} />
          <span class="break">{eventWords(event)}</span>
        </li>
      ))}
    </ol>
  );
}

/** An event in words: what it carries for eyes, or its fields. */
export function eventWords({ type, data }: Pick<HistoryEvent, 'type' | 'data'>): string {
  const { state, words, message, msg, ...others } = data;
  const said = [words, message, msg].find((one) => typeof one === 'string');
  const stands =
    typeof state === 'string' && Object.hasOwn(stateLooks, state) ? stateLooks[state as RunState].words : undefined;
  const first = [stands, said].filter((one) => one !== undefined).join(': ');
  const rest = Object.entries(others).filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value));
  const fields = rest.map(([key, value]) => `${key.replaceAll('_', ' ')} ${value}`).join(', ');
  if (first === '') return fields === '' ? type : `${type}: ${fields}`;
  return fields === '' ? first : `${first} (${fields})`;
}
