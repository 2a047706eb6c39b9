import { messageOf } from '../../util/pure/coded-error.ts';
import type { Log } from '../log.ts';
import { isUnavailable } from './patiently.ts';

/** What can be wrong with the service itself. */
type Place = 'lease' | 'history';

const said: Readonly<Record<Place, string>> = {
  lease: 'the lease of the service can not be had',
  history: 'the schedules stand still',
};

/** What is wrong now. */
export interface Troubles {
  /** The same trouble is logged once. What the history did not say itself is a bug, and logged each time. */
  note(place: Place, error: unknown): void;
  over(place: Place): void;
  /** Sentences. */
  all(): readonly string[];
}

export function createTroubles(log: Log): Troubles {
  const now = new Map<Place, string>();
  return {
    note: (place, error) => {
      const words = messageOf(error);
      const isKnown = now.get(place) === words && (place === 'lease' || isUnavailable(error));
      now.set(place, words);
      if (!isKnown) log.warn(said[place], { why: words });
    },
    over: (place) => {
      if (now.delete(place)) log.info(place === 'lease' ? 'the leases are back' : 'the history is back');
    },
    all: () => [...now.values()],
  };
}
