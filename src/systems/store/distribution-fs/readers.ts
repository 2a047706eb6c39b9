import { existsSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { DiskPlace } from '../on-disk/careful-read.ts';
import type { Crew, CrewSettings, Readers } from './crew.ts';
import { newPerformer } from './perform.ts';
import { Threads } from './reading-threads.ts';

/** @param placeOf - asked when something is read, and not before */
export function openReaders(placeOf: () => DiskPlace, settings: CrewSettings = {}): Readers {
  const { readers, walkerFile = findWalker() } = settings;
  if (walkerFile === undefined) return { crew: (signal) => oneReader(placeOf(), signal), close: async () => undefined };
  let threads: Threads | undefined;
  return {
    crew: (signal, atLeast) => {
      const place = placeOf();
      // What was at this path when the store was opened may have been replaced: threads keep to one.
      if (threads?.place.device !== place.device) void threads?.close();
      if (threads === undefined || threads.isOver) threads = new Threads(place, readers, walkerFile);
      if (atLeast !== undefined) threads.keepTo(atLeast);
      return threads.crew(signal);
    },
    close: async () => {
      await threads?.close();
      threads = undefined;
    },
  };
}

/** Where the build puts it: among the program's chunks, or beside the program. */
const WALKERS = ['distribution-fs-walker.js', 'chunks/distribution-fs-walker.js', 'distribution-fs-walker.mjs'];

function findWalker(): string | undefined {
  return WALKERS.map((path) => fileURLToPath(new URL(`./${path}`, import.meta.url))).find((path) => existsSync(path));
}

function oneReader(place: DiskPlace, signal: AbortSignal): Crew {
  const performer = newPerformer(place);
  return {
    learn: (knowledge) => performer.learn(knowledge),
    ask: async (task, ask) => {
      await nextTurn();
      signal.throwIfAborted();
      return performer.perform(task, ask);
    },
    close: () => undefined,
  };
}
