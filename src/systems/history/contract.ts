import type {
  DiskReading,
  InventoryHeader,
  InventoryImage,
  InventoryLine,
  InventoryLink,
  InventoryRepository,
  InventoryTag,
  TagQuery,
  TagsFound,
} from './inventory.ts';
import type { NewPlanRow, PlanDifference, PlanQuery, PlanRow, PlanSums, RowOutcome } from './plan-rows.ts';
import type { AuditEntry, HistoryEvent, RunQuery, RunRecord, RunState } from './run.ts';
import type { ToldLog } from './told.ts';

export type * from './inventory.ts';
export type * from './plan-rows.ts';
export type * from './run.ts';
export type { ToldEvent, ToldLog, ToldRegistry, ToldTransfer } from './told.ts';

/**
 * What the service remembers: its runs with plans, outcomes and events, who approved what, and what pages show. Several replicas
 * may share one; whatever must happen once is decided here, by {@link claimRun} and {@link moveRun}.
 *
 * Every call may throw HISTORY_UNAVAILABLE (the database is gone for now: try again later) and HISTORY_CORRUPT.
 */
export interface History {
  /** For messages, without credentials: `embedded database /var/lib/winnow/history.db`. */
  readonly name: string;

  /** Adds a run. @returns false where one of this id is there already: somebody else has it. */
  claimRun(run: RunRecord): Promise<boolean>;
  /**
   * Changes a run if it is in one of these states; `undefined` as a value leaves a field alone.
   * @returns the run after the change; undefined where it is in another state, or gone.
   */
  moveRun(
    id: string,
    from: readonly RunState[],
    change: Partial<Omit<RunRecord, 'id'>>,
  ): Promise<RunRecord | undefined>;
  run(id: string): Promise<RunRecord | undefined>;
  /** Newest first, by the time they were due. */
  runs(query: RunQuery): Promise<readonly RunRecord[]>;
  /** How many there are in each state. */
  countRuns(): Promise<Readonly<Partial<Record<RunState, number>>>>;

  /** Saves the plan of a run, whole or not at all; what was saved for it before is replaced. @param header - the first line of the document */
  savePlan(
    runId: string,
    header: string,
    rows: AsyncIterable<NewPlanRow> | Iterable<NewPlanRow>,
    trailer: readonly string[],
  ): Promise<void>;
  /** The lines of the plan document, as they were. Empty where there is none. */
  planLines(runId: string): AsyncIterable<string>;
  /** The first line of the document, read. */
  planHeader(runId: string): Promise<unknown>;
  /** In the order of the plan. */
  planRows(runId: string, query: PlanQuery): Promise<readonly PlanRow[]>;
  planSums(runId: string, query: Omit<PlanQuery, 'limit' | 'fromN'>): Promise<PlanSums>;
  comparePlans(firstRunId: string, secondRunId: string, limit: number): Promise<PlanDifference>;
  noteOutcomes(runId: string, outcomes: Iterable<RowOutcome>): Promise<void>;
  /** The report of the last process of a run, as it printed it (JSON). */
  saveReport(runId: string, report: string): Promise<void>;
  report(runId: string): Promise<string | undefined>;

  addEvent(event: Omit<HistoryEvent, 'id'>): Promise<HistoryEvent>;
  /** In their order, after a number. */
  events(query: {
    readonly afterId?: number;
    readonly runId?: string;
    readonly limit: number;
  }): Promise<readonly HistoryEvent[]>;
  /** The number of the newest event; 0 where there is none. */
  lastEventId(): Promise<number>;
  addAudit(entry: Omit<AuditEntry, 'id'>): Promise<void>;
  /** Newest first. */
  audit(query: {
    readonly beforeId?: number;
    readonly runId?: string;
    readonly limit: number;
  }): Promise<readonly AuditEntry[]>;

  /** Puts an inventory in the place of the last one of its target, whole or not at all: readers see the one or the other. */
  saveInventory(header: InventoryHeader, lines: AsyncIterable<InventoryLine> | Iterable<InventoryLine>): Promise<void>;
  inventories(): Promise<readonly InventoryHeader[]>;
  /** Largest first, by exclusive and shared bytes together. */
  inventoryRepositories(target: string): Promise<readonly InventoryRepository[]>;
  inventoryTag(target: string, repository: string, tag: string): Promise<InventoryTag | undefined>;
  inventoryTags(target: string, query: TagQuery): Promise<TagsFound>;
  inventoryImage(target: string, repository: string, digest: string): Promise<InventoryImage | undefined>;
  /** Every repository that has a digest. */
  inventoryImagesOf(target: string, digest: string): Promise<readonly InventoryImage[]>;
  /** Who keeps any of these (`to`), or what any of these keep (`from`); at most `limit`. */
  inventoryLinks(
    target: string,
    end: 'to' | 'from',
    keys: readonly string[],
    limit: number,
  ): Promise<readonly InventoryLink[]>;

  addDisk(reading: DiskReading): Promise<void>;
  /** The newest of each target. */
  disks(): Promise<readonly DiskReading[]>;
  /** Of one target since a moment, in order. */
  diskHistory(target: string, sinceMs: number): Promise<readonly DiskReading[]>;

  /** What registries tell, for all replicas. Absent: only one service has this history, and keeps that in files by itself. */
  readonly told?: ToldLog;

  /** Small things by name: when a schedule was last due, a secret of the forms. `undefined` removes. */
  note(key: string, value: string | undefined): Promise<void>;
  noted(key: string): Promise<string | undefined>;
  /** Writes a note if it is what it was believed to be. @returns whether it was */
  swapNote(key: string, believed: string | undefined, value: string): Promise<boolean>;

  /**
   * Forgets runs that ended before a moment, and of the others all but the newest `keepRuns` of each schedule, with plans, events and
   * reports; disk readings and audit entries by their own moments. Open runs stay, and the last of each schedule. In small steps.
   * @returns how many runs are gone.
   */
  forget(limits: {
    readonly endedBeforeMs: number;
    readonly keepRuns: number;
    readonly diskBeforeMs: number;
    readonly auditBeforeMs: number;
  }): Promise<number>;
  /** Whether it answers. @throws HISTORY_UNAVAILABLE */
  check(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}
