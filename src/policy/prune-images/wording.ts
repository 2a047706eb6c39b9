import type { Reason, ReasonCode } from '../reason.ts';

/** Makes reasons; equal ones are one object, so that a hundred thousand of them cost little. */
export function wording(): (code: ReasonCode, because: string) => Reason {
  const made = new Map<string, Reason>();
  return (code, because) => {
    const key = `${code} ${because}`;
    let reason = made.get(key);
    if (reason === undefined) {
      reason = { code, because };
      made.set(key, reason);
    }
    return reason;
  };
}
