import { markedStore, markOfPart, partOfStore } from '../../flows/marked-store.ts';
import type { Shard } from '../../flows/shard.ts';
import type { StoreMarkHeader } from '../../flows/store-mark.ts';
import type { Store, SurveyCounts } from '../../systems/store/contract.ts';
import { CodedError } from '../../util/pure/coded-error.ts';
import { type CliErrorCode, cliErrors } from '../errors.ts';
import { readMarkFile } from './mark-file.ts';
import type { Session } from './session.ts';
import { parseShard } from './shard-of.ts';

/** What is swept: all of a store or a part of it, by a look of its own or by a mark that is shared. */
export interface Sweep {
  readonly store: Store;
  readonly shard?: Shard;
  readonly shared?: {
    readonly mark: ReturnType<typeof markOfPart>;
    readonly counts: SurveyCounts;
    /** Sentences on limits that it broke. */
    readonly broken: readonly string[];
  };
}

/** Where a mark does not tell the storage's own time: the clocks of those who made it and who take it may be apart by so much. */
const FOREIGN_CLOCK_MS = 60_000;

/**
 * @param aheadMs - by how much the store's own time is ahead
 * @throws USAGE_INVALID, MARK_FILE_UNREADABLE, HARD_PRUNE_MARK_DAMAGED, HARD_PRUNE_MARK_OTHER_STORE, HARD_PRUNE_MARK_OLD
 */
export async function sweepOf(
  { terminal, settings }: Session,
  whole: Store,
  flags: { readonly shard?: string; readonly mark?: string },
  aheadMs: number,
): Promise<Sweep> {
  if (flags.mark === undefined && flags.shard === undefined) return { store: whole };
  const shard = parseShard(flags.shard ?? '1/1');
  const store = partOfStore(whole, shard);
  if (flags.mark === undefined) return { store, shard };
  if (settings.hardPrune.deleteUntagged)
    throw new CodedError<CliErrorCode>('USAGE_INVALID', 'taking a mark that is shared: no manifest goes by it', {
      hint: `leave out --delete-untagged (hardPrune.deleteUntagged), and use it in a run without --mark; ${cliErrors.USAGE_INVALID.hint}`,
    });
  const part = await readMarkFile(flags.mark, shard, whole.name, terminal.nowMs());
  const { counts, broken } = part.header;
  const mark = markOfPart(part, shard, beganAtMs(part.header, aheadMs));
  return { store: markedStore(store, part, shard), shard, shared: { mark, counts, broken } };
}

/** By the storage's own time. @param takersAheadMs - by how much that is ahead of the clock of who takes the mark */
function beganAtMs({ madeAtMs, aheadMs }: StoreMarkHeader, takersAheadMs: number): number {
  return aheadMs === undefined ? madeAtMs + takersAheadMs - FOREIGN_CLOCK_MS : madeAtMs + aheadMs;
}
