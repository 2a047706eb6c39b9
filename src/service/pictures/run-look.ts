import type { RunState } from '../../systems/history/contract.ts';
import { stateLooks, type Tone } from '../pages/parts/state.tsx';

/** How a state of a run is drawn: by a character and a tone, never by its colour alone. */
export interface RunLook {
  readonly sign: string;
  readonly tone: Tone;
  /** The same as everywhere on the pages. */
  readonly words: string;
}

const signs: Readonly<Record<RunState, string>> = {
  planning: '…',
  waiting: '?',
  approved: '…',
  applying: '…',
  interrupted: '!',
  planned: 'p',
  nothing: '–',
  done: '✓',
  partial: '~',
  failed: '×',
  incomplete: '~',
  outdated: 'o',
  rejected: 'r',
  expired: 'e',
  stopped: 's',
};

export function runLook(state: RunState): RunLook {
  const { words, tone } = stateLooks[state];
  return { sign: signs[state], tone, words };
}
