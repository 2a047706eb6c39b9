import type { RunState } from '../../../systems/history/contract.ts';
import { Icon, type IconName } from './icon.tsx';

export type Tone = 'good' | 'warn' | 'bad' | 'wait' | 'run' | 'calm';

/** How each state is told: by a word, an icon and a colour, and in a sentence to who asks. */
export const stateLooks: Readonly<
  Record<RunState, { readonly words: string; readonly tone: Tone; readonly meaning: string }>
> = {
  planning: { words: 'planning', tone: 'run', meaning: 'Its plan is being made. Nothing is removed.' },
  waiting: {
    words: 'waits for approval',
    tone: 'wait',
    meaning: 'Its plan waits for a person to approve or reject it.',
  },
  approved: { words: 'approved', tone: 'run', meaning: 'It was approved, and begins in a moment.' },
  applying: { words: 'removing', tone: 'run', meaning: 'Its plan is being carried out.' },
  interrupted: {
    words: 'interrupted',
    tone: 'warn',
    meaning: 'The service ended while it was carried out; it goes on by itself.',
  },
  planned: { words: 'plan only', tone: 'calm', meaning: 'A plan was made, and that was all that was asked for.' },
  nothing: { words: 'nothing to do', tone: 'good', meaning: 'There was nothing to remove.' },
  done: { words: 'done', tone: 'good', meaning: 'All of its plan was done.' },
  partial: { words: 'partly done', tone: 'warn', meaning: 'Some of its plan was skipped, or failed.' },
  failed: { words: 'failed', tone: 'bad', meaning: 'It could not go on.' },
  incomplete: {
    words: 'evidence incomplete',
    tone: 'warn',
    meaning: 'Something could not be seen, so what it might keep was kept. All else was done.',
  },
  outdated: {
    words: 'out of date',
    tone: 'warn',
    meaning: 'The world had changed since the plan was made, so it was not carried out.',
  },
  rejected: { words: 'rejected', tone: 'calm', meaning: 'A person rejected its plan. Nothing was removed.' },
  expired: { words: 'expired', tone: 'calm', meaning: 'Nobody decided in time. Nothing was removed.' },
  stopped: { words: 'stopped', tone: 'warn', meaning: 'A person stopped it; what was in hand was finished.' },
};

/** Where a run stands. */
export function State({ of }: { readonly of: RunState }) {
  const { words, tone, meaning } = stateLooks[of];
  return (
    <span class="state" title={meaning}>
      <Mark tone={tone}>{words}</Mark>
    </span>
  );
}

/** A word with the icon and the colour of its tone. */
export function Mark({ tone, children }: { readonly tone: Tone; readonly children: string }) {
  return (
    <span class={`mark-word tone-${tone}`}>
      <Icon name={tone satisfies IconName} /> {children}
    </span>
  );
}
