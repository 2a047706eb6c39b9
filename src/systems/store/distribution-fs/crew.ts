import type { Answer, Ask, Knowledge, TaskName } from './tasks.ts';

/**
 * Readers of a store that share out what there is to do. Those of one piece of work: what they learn for it, and how it ends, is no
 * other's business.
 */
export interface Crew {
  /** Tells all of them what tasks from now on are about. */
  learn(knowledge: Knowledge): void;
  /** Waits for a free one. @throws STORE_WALK_FAILED, or the signal's reason; after either nothing more is answered */
  ask<Name extends TaskName>(task: Name, ask: Ask<Name>): Promise<Answer<Name>>;
  /** To be called at the end: what was learned is forgotten. */
  close(): void;
}

/** Those who read a store, as long as it is open: starting a thread takes as long as reading thousands of files. */
export interface Readers {
  /**
   * For a piece of work. Readers are started when the first is asked for something.
   * @param atLeast - so many, from now on
   */
  crew(signal: AbortSignal, atLeast?: number): Crew;
  /** Sends them home; what they are at ends without an answer. */
  close(): Promise<void>;
}

export interface CrewSettings {
  /** At once. Absent: 1, 2 when there turns out to be much to read, and 8 when the disk turns out to be slow. */
  readonly readers?: number;
  /** The program of a reading thread. Where there is none (Winnow run from its sources), the asking thread reads. */
  readonly walkerFile?: string;
}
