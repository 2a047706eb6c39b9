import { type ServiceErrorCode, serviceErrors } from '../errors.ts';

/** What a page says first: what the form that led to it has done, or why not. */
export interface Saying {
  readonly tone: 'good' | 'bad';
  readonly words: string;
}

/** What forms did, by the code in the address that they lead to. */
const said = {
  approved: 'Approved. The plan is applied exactly as it was shown, or less.',
  rejected: 'Rejected. Nothing of this plan is done.',
  stopping: 'It stops after what it has in hand.',
  undoing: 'A run that brings everything back was started: this is it.',
  started: 'Started. This is the run.',
  replanning: 'It is planned once more, with limits that fit this plan. The new plan waits for approval.',
} as const;

/** What forms did not do, where the service itself was not even asked. */
const refused = {
  count:
    'The number that was typed is not the number of actions in the plan. Nothing was done: look again, then type it as it stands there.',
  word: 'The word to confirm with was not typed. Nothing was done.',
} as const;

export type SaidCode = keyof typeof said;
export type RefusedCode = keyof typeof refused | ServiceErrorCode;

/** @returns undefined for codes that do not exist: an address can't put words into a page. */
export function sayingOf(saidCode: string | undefined, refusedCode: string | undefined): Saying | undefined {
  if (saidCode !== undefined && Object.hasOwn(said, saidCode))
    return { tone: 'good', words: said[saidCode as SaidCode] };
  if (refusedCode === undefined) return undefined;
  if (Object.hasOwn(refused, refusedCode)) return { tone: 'bad', words: refused[refusedCode as keyof typeof refused] };
  if (!Object.hasOwn(serviceErrors, refusedCode)) return undefined;
  const { meaning, hint } = serviceErrors[refusedCode as ServiceErrorCode];
  return { tone: 'bad', words: `Nothing was done. ${meaning} ${hint}` };
}
