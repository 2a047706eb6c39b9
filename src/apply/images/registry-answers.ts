import { CodedError } from '../../util/pure/coded-error.ts';
import { failure } from '../apply.ts';
import type { Outcome } from '../outcome.ts';

/** Turns a registry's answers into outcomes, and does not ask a second time what can not be. */
export interface RegistryAnswers {
  /** @throws what ends the run */
  outcomeOf(ask: () => Promise<'deleted' | 'absent'>): Promise<Outcome>;
  /** What becomes of all that is left, once the registry has said that it does not delete, or not for this user. */
  refusal(): Outcome | undefined;
}

/** After these every further request would fail alike. */
const forAll: ReadonlySet<string> = new Set(['INTEGRATED_REGISTRY_UNSUPPORTED', 'INTEGRATED_REGISTRY_UNAUTHORIZED']);

export function registryAnswers(): RegistryAnswers {
  let refused: Outcome | undefined;
  return {
    refusal: () => refused,
    outcomeOf: async (ask) => {
      try {
        return { result: (await ask()) === 'deleted' ? 'done' : 'already-gone' };
      } catch (error) {
        const outcome = failure(error);
        if (error instanceof CodedError && forAll.has(error.code)) refused ??= outcome;
        return outcome;
      }
    },
  };
}
