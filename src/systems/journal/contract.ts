/** One line of a run's journal. What `data` holds is the business of who writes it (`apply`). */
export interface JournalLine {
  /** UTC milliseconds since 1970. */
  readonly atMs: number;
  readonly kind: 'begin' | 'intend' | 'outcome' | 'end' | 'undone';
  readonly data: unknown;
}

/** The journal of one run, open for writing. */
export interface RunJournal {
  readonly runId: string;
  /**
   * Appends lines, in order. Resolves when they will survive a crash of the machine; calls made meanwhile share one sync.
   * @throws JOURNAL_NOT_WRITABLE: the run must stop.
   */
  append(lines: readonly JournalLine[]): Promise<void>;
  close(): Promise<void>;
}

/** All runs of this installation: an append-only journal each, written ahead of what it tells. */
export interface Journal {
  /**
   * Starts a run.
   * @param plan - the lines of its plan, each with its line feed: the run keeps a copy of its own, safe on disk when this resolves.
   * @throws JOURNAL_RUN_EXISTS, JOURNAL_NOT_WRITABLE, JOURNAL_RUN_ID_INVALID
   */
  begin(runId: string, plan: Iterable<string>): Promise<RunJournal>;
  /**
   * Opens a run again, to append to what it has: a resumed run, or the marks of an `undo`. A torn last line is cut off first.
   * The caller holds the lease of the run's scope: two writers at once would mix their lines.
   * @throws JOURNAL_NO_SUCH_RUN, JOURNAL_DAMAGED, JOURNAL_NOT_WRITABLE
   */
  reopen(runId: string): Promise<RunJournal>;
  /** Ids of all runs, newest first (ids sort by time). */
  runs(): Promise<readonly string[]>;
  /**
   * The lines of a run as far as they are whole: a torn last line (a crash in mid-write) is left out, a torn line elsewhere
   * throws JOURNAL_DAMAGED. @throws JOURNAL_NO_SUCH_RUN
   */
  read(runId: string): AsyncIterable<JournalLine>;
  /** The same lines, the last one first; they too are held one at a time. @throws as {@link read} */
  readBackwards(runId: string): AsyncIterable<JournalLine>;
  /** The lines of the run's copy of its plan, without line feeds. @throws JOURNAL_NO_SUCH_RUN */
  plan(runId: string): AsyncIterable<string>;
  /** Removes a run's journal and plan: `undo` of it is over. A run that is gone already is no error. */
  forget(runId: string): Promise<void>;
}
