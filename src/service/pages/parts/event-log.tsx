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

/** Fields that the page tells elsewhere, or that say nothing. */
const untold: readonly string[] = ['schedule', 'state', 'words', 'why', 'level', 'atMs', 'runId'];

/** An event in words: its state, what was said, and what else it carries. */
export function eventWords({ type, data }: Pick<HistoryEvent, 'type' | 'data'>): string {
  const { state, words, why, level } = data;
  const stands =
    typeof state === 'string' && Object.hasOwn(stateLooks, state) ? [stateLooks[state as RunState].words] : [];
  const grave = level === 'warn' || level === 'error' ? [`${level}`] : [];
  const said = [words, ...(Array.isArray(why) ? why : [why])].filter((one) => typeof one === 'string');
  const others = Object.entries(data)
    .filter(([key, value]) => !untold.includes(key) && ['string', 'number', 'boolean'].includes(typeof value))
    .map(([key, value]) => `${key.replaceAll('_', ' ')} ${value}`);
  const first = [...stands, ...grave].join(', ');
  const rest = [said.join(' '), ...others].filter((one) => one !== '').join(', ');
  return [first === '' && said.length === 0 ? type : first, rest].filter((one) => one !== '').join(': ');
}
