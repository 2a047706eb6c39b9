/**
 * What a condition says of one image. `unknown` is an answer of its own: a rule that keeps keeps by it, and a rule that deletes does not
 * delete by it, so that what could not be seen can only cause keeping.
 */
export type Answer =
  | { readonly truth: 'yes' | 'no'; readonly because: string }
  | { readonly truth: 'unknown'; readonly because: string; readonly code: UnknownCode };

/** The reason by which what is unknown keeps: nothing tells its age, it may be too young, or anything else. */
export type UnknownCode = 'age-unknown' | 'keep-younger-than' | 'not-told';

export function yes(because: string): Answer {
  return { truth: 'yes', because };
}

export function no(because: string): Answer {
  return { truth: 'no', because };
}

export function unknown(because: string, code: UnknownCode = 'not-told'): Answer {
  return { truth: 'unknown', because, code };
}

/** Kleene's "and": one no suffices; without one, what is unknown stays unknown. Of nothing: yes. */
export function all(answers: readonly Answer[]): Answer {
  const decisive = answers.find(({ truth }) => truth === 'no') ?? answers.find(({ truth }) => truth === 'unknown');
  return decisive ?? yes(together(answers));
}

/** Kleene's "or": one yes suffices; without one, what is unknown stays unknown. Of nothing: no. */
export function any(answers: readonly Answer[]): Answer {
  const decisive = answers.find(({ truth }) => truth === 'yes') ?? answers.find(({ truth }) => truth === 'unknown');
  return decisive ?? no(together(answers));
}

/** What is unknown is unknown the other way round, too. */
export function not(answer: Answer): Answer {
  if (answer.truth === 'unknown') return answer;
  return answer.truth === 'yes' ? no(answer.because) : yes(answer.because);
}

function together(answers: readonly Answer[]): string {
  return answers.map(({ because }) => because).join(', ');
}
