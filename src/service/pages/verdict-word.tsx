import type { Verdict } from '../../systems/history/contract.ts';
import { Mark, type Tone } from './parts/state.tsx';
import { verdictWords } from './storage-tiles.ts';

const tones: Readonly<Record<Verdict, Tone>> = { used: 'good', stays: 'calm', goes: 'warn' };

/** What becomes of a tag or an image: a word, an icon and a colour. */
export function VerdictWord({ of }: { readonly of: Verdict }) {
  return <Mark tone={tones[of]}>{verdictWords[of]}</Mark>;
}
