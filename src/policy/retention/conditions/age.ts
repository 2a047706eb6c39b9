import type { AgeBy } from '../policy.ts';
import { agoInWords } from '../times.ts';
import { type Answer, no, unknown, yes } from '../truth.ts';
import type { Prepare } from './prepare.ts';

/** Whether it is younger than an age; exactly as old is old enough. What was first seen lately may have been there for long. */
export const youngerThan: Prepare<'youngerThan'> =
  ({ ageMs, by }, { view, beginnings }) =>
  (candidate): Answer => {
    const beginning = beginnings.of(candidate, by);
    if (beginning === undefined) return unknown(untold[by], 'age-unknown');
    const words = agoInWords(beginning, view.nowMs);
    if (view.nowMs - beginning.atMs >= ageMs) return no(words);
    return beginning.what === 'first seen' ? unknown(words, 'keep-younger-than') : yes(words);
  };

/** What nothing tells. */
export const untold: Readonly<Record<AgeBy, string>> = {
  pushed: 'nothing tells when it was pushed',
  created: 'nothing tells when it was made',
  tagged: 'nothing tells when it was tagged',
};
