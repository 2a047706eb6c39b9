import type { RunState } from '../../systems/history/contract.ts';

/** How a state of a run is shown: never by its colour alone. */
export interface RunLook {
  /** Its class in pictures: `run-good`. */
  readonly kind: 'good' | 'quiet' | 'attention' | 'bad' | 'open';
  /** One character, drawn. */
  readonly sign: string;
  readonly words: string;
}

/** Every state has its words; `docs` and pages may use them too. */
export const runLooks: Readonly<Record<RunState, RunLook>> = {
  planning: { kind: 'open', sign: '…', words: 'planning' },
  waiting: { kind: 'attention', sign: '?', words: 'waits for approval' },
  approved: { kind: 'open', sign: '…', words: 'approved' },
  applying: { kind: 'open', sign: '…', words: 'removing' },
  interrupted: { kind: 'attention', sign: '!', words: 'interrupted' },
  planned: { kind: 'quiet', sign: 'p', words: 'planned only' },
  nothing: { kind: 'quiet', sign: '–', words: 'nothing to do' },
  done: { kind: 'good', sign: '✓', words: 'done' },
  partial: { kind: 'attention', sign: '~', words: 'done in part' },
  failed: { kind: 'bad', sign: '×', words: 'failed' },
  incomplete: { kind: 'attention', sign: '~', words: 'evidence incomplete' },
  outdated: { kind: 'attention', sign: 'o', words: 'outdated' },
  rejected: { kind: 'quiet', sign: 'r', words: 'rejected' },
  expired: { kind: 'attention', sign: 'e', words: 'expired' },
  stopped: { kind: 'attention', sign: 's', words: 'stopped' },
};
