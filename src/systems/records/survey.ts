import type { Sink } from '../../evidence/sink.ts';
import { CodedError } from '../../util/pure/coded-error.ts';
import type { RecordMapping, RecordSource } from './contract.ts';
import { ReadingStopped, type RecordsErrorCode, recordsErrors } from './errors.ts';
import { type ResolvedMapping, resolveMapping } from './mapping.ts';
import { type RowStatements, stateRows } from './rows.ts';
import { createHider, type Hider } from './secrets.ts';
import type { RecordsPlace } from './settings.ts';

/** What an implementation is given for one survey. */
export interface Reading {
  readonly mapping: ResolvedMapping;
  readonly signal: AbortSignal;
  /** Every secret that is used must be hidden here first. */
  readonly hider: Hider;
}

/**
 * What an implementation brings: rows in batches. It returns only when it has surely read all.
 *
 * It throws {@link ReadingStopped} for what is not the user's fault, coded errors for what is, and the signal's reason when aborted.
 */
export type ReadRows = (reading: Reading) => AsyncIterable<readonly unknown[]>;

/** A record source from a way to read rows: facts, gaps, the count and the clean messages are the same for all. */
export function recordSource(
  kind: string,
  place: RecordsPlace,
  mapping: Partial<RecordMapping> | undefined,
  read: ReadRows,
): RecordSource {
  const name = place.name ?? `records ${kind}`;
  const resolved = resolveMapping(mapping);
  const closing = new AbortController();
  let rowCount: number | undefined;

  async function survey(sink: Sink, signal: AbortSignal): Promise<void> {
    rowCount = undefined;
    const stop = AbortSignal.any([signal, closing.signal]);
    const hider = createHider();
    const statements = stateRows(sink, name, place.registryHost, resolved);
    try {
      stop.throwIfAborted();
      await stateAll(read({ mapping: resolved, signal: stop, hider }), statements, stop);
      statements.finish();
      rowCount = statements.count;
    } catch (error) {
      stop.throwIfAborted();
      const stopped = asStop(error, hider, statements.count);
      statements.finish();
      const cause = `${stopped.message}; rows read before that: ${statements.count}`;
      const hint = stopped.hint === undefined ? {} : { hint: stopped.hint };
      sink.gap({ scope: place.registryHost, hides: 'holds', source: name, cause, ...hint });
    }
  }

  return {
    name,
    get rowCount() {
      return rowCount;
    },
    survey,
    close: async () => closing.abort(new Error(`closing ${name}: its survey ends`)),
  };
}

async function stateAll(
  batches: AsyncIterable<readonly unknown[]>,
  statements: RowStatements,
  signal: AbortSignal,
): Promise<void> {
  for await (const rows of batches) {
    signal.throwIfAborted();
    for (const row of rows) statements.state(row);
  }
  signal.throwIfAborted();
}

/** @throws what ends a survey: a user's mistake that was found before any row, and our own bugs. */
function asStop(error: unknown, hider: Hider, rowsRead: number): ReadingStopped {
  if (error instanceof ReadingStopped) return new ReadingStopped(hider.clean(error.message), error.hint);
  if (!isRecordsError(error)) throw error;
  const message = hider.clean(error.message);
  const hint = error.hint === undefined ? {} : { hint: error.hint };
  if (rowsRead === 0) throw new CodedError(error.code, message, hint);
  return new ReadingStopped(message, error.hint);
}

function isRecordsError(error: unknown): error is CodedError<RecordsErrorCode> {
  return error instanceof CodedError && Object.hasOwn(recordsErrors, error.code);
}
