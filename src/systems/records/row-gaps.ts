import type { Gap } from '../../evidence/gap.ts';
import type { Sink } from '../../evidence/sink.ts';

/** Gaps of single rows. Millions of bad rows must not become millions of gaps: what repeats is counted and said once at the end. */
export interface RowGaps {
  /** A row whose own facts keep all that it names: the gap only reports it. The first {@link MAX_TOLD} are told one by one. */
  report(scope: string, cause: string, hint: string): void;
  /** Something in the scope may be in use: told once for each scope, with the first row's cause. */
  hide(scope: string, cause: string, hint: string): void;
  /** Says what was counted and not told. */
  finish(): void;
}

export const MAX_TOLD = 20;

export function createRowGaps(sink: Sink, source: string): RowGaps {
  const told = { count: 0, untold: 0, hint: '' };
  const hidden = new Map<string, { more: number; hint: string }>();
  const gap = (scope: string, cause: string, hint: string) => {
    sink.gap({ scope, hides: 'holds', source, cause, hint } satisfies Gap);
  };

  return {
    report(scope, cause, hint) {
      if (told.count < MAX_TOLD) gap(scope, cause, hint);
      else told.untold += 1;
      told.count += 1;
      told.hint = hint;
    },
    hide(scope, cause, hint) {
      const before = hidden.get(scope);
      if (before !== undefined) before.more += 1;
      else {
        hidden.set(scope, { more: 0, hint });
        gap(scope, cause, hint);
      }
    },
    finish() {
      // `/…` is below no resource's scope, so this one covers nothing.
      if (told.untold > 0)
        gap(`${source}/…`, `${told.untold} more rows whose status is unclear: what they name is kept`, told.hint);
      for (const [scope, { more, hint }] of hidden)
        if (more > 0) gap(scope, `${more} more rows of ${scope} could not be read`, hint);
      told.untold = 0;
      hidden.clear();
    },
  };
}
