import type { History, HistoryEvent, RunProgress } from '../../../systems/history/contract.ts';
import { openStates } from '../../../systems/history/index.ts';
import { messageOf } from '../../../util/pure/coded-error.ts';
import type { Log } from '../../log.ts';

/** What listeners are told: what happened, and how far a run is. */
export type LiveMessage =
  | { readonly event: HistoryEvent }
  | { readonly progress: RunProgress & { readonly runId: string } };

export interface LiveFeed {
  /**
   * Tells all that happens from now on, in order. @returns the number of the last event before that, and a way to end it
   * @throws HISTORY_UNAVAILABLE
   */
  listen(onMessage: (message: LiveMessage) => void): Promise<{ readonly afterId: number; stop(): void }>;
  readonly listeners: number;
}

const POLL_MS = 500;
/** Of the events of one look; more come with the next. */
const MOST_EVENTS = 500;
const MOST_RUNS = 100;

/**
 * Looks into the history while anybody listens, once for all of them: whichever replica does the work, all tell the same. When the history
 * is gone for a while, nothing is told meanwhile, and everything after.
 */
export function liveFeed(
  history: Pick<History, 'events' | 'lastEventId' | 'runs'>,
  log: Log,
  pollMs = POLL_MS,
): LiveFeed {
  const all = new Set<(message: LiveMessage) => void>();
  let looking: Looking | undefined;
  let isLogged = false;

  return {
    get listeners() {
      return all.size;
    },
    async listen(onMessage) {
      all.add(onMessage);
      looking ??= begin();
      try {
        return { afterId: await looking.afterId, stop: () => leave(onMessage) };
      } catch (failure) {
        leave(onMessage);
        throw failure;
      }
    },
  };

  function begin(): Looking {
    const made: Looking = {
      afterId: history.lastEventId(),
      progressSeen: new Map(),
      timer: setTimeout(() => look(made), pollMs),
    };
    return made;
  }

  function leave(onMessage: (message: LiveMessage) => void): void {
    all.delete(onMessage);
    if (all.size > 0) return;
    clearTimeout(looking?.timer);
    looking = undefined;
  }

  async function look(mine: Looking): Promise<void> {
    try {
      await tellEvents(mine);
      await tellProgress(mine);
      isLogged = false;
    } catch (failure) {
      if (!isLogged) log.warn(`reading what happens for who listens: ${messageOf(failure)}`);
      isLogged = true;
    }
    // The last may have left meanwhile, and another come, for whom there is another look.
    if (looking === mine) mine.timer = setTimeout(() => look(mine), pollMs);
  }

  async function tellEvents(mine: Looking): Promise<void> {
    const events = await history.events({ afterId: await mine.afterId, limit: MOST_EVENTS });
    const last = events.at(-1);
    if (last === undefined || looking !== mine) return;
    mine.afterId = Promise.resolve(last.id);
    for (const event of events) tell({ event });
  }

  async function tellProgress({ progressSeen }: Looking): Promise<void> {
    const runs = await history.runs({ states: openStates, limit: MOST_RUNS });
    if (looking?.progressSeen !== progressSeen) return;
    for (const { id: runId, progress } of runs) {
      if (progress === undefined || progressSeen.get(runId) === progress.atMs) continue;
      progressSeen.set(runId, progress.atMs);
      tell({ progress: { runId, ...progress } });
    }
    const open = new Set(runs.map(({ id }) => id));
    for (const id of progressSeen.keys()) if (!open.has(id)) progressSeen.delete(id);
  }

  function tell(message: LiveMessage): void {
    for (const listener of [...all]) listener(message);
  }
}

/** Looking into the history again and again, from the first listener to the last. */
interface Looking {
  /** The number of the last event that was told. */
  afterId: Promise<number>;
  /** By run: the time of the progress that was told. */
  readonly progressSeen: Map<string, number>;
  timer: NodeJS.Timeout;
}
