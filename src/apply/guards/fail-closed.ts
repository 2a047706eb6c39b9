import { messageOf } from '../../util/pure/coded-error.ts';
import type { Guard } from '../doer.ts';
import { stopped } from '../outcome.ts';

/** A guard that asks somebody, and takes no answer for a no: whatever `asking` throws holds the action back. */
export function failClosed(asking: Guard): Guard {
  return async (action, signal) => {
    try {
      return await asking(action, signal);
    } catch (error) {
      if (signal.aborted) return stopped;
      return { result: 'skipped', guard: 'evidence-stale', why: messageOf(error) };
    }
  };
}
