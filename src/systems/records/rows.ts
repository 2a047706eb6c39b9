import type { ResourceId } from '../../evidence/resource.ts';
import type { Sink } from '../../evidence/sink.ts';
import { Growable } from '../../util/pure/growable.ts';
import type { ResolvedMapping } from './mapping.ts';
import { type Flaw, type ReadRow, readRow } from './row.ts';
import { createRowGaps, type RowGaps } from './row-gaps.ts';

/** Turns rows into facts, as the contract's table says. */
export interface RowStatements {
  /** Rows stated so far, bad ones too. */
  readonly count: number;
  state(row: unknown): void;
  /** To be called once after the last row, also when reading stopped early. */
  finish(): void;
}

const HELD = 1;
const RETIRED = 2;
const REPORTED = 4;

export function stateRows(sink: Sink, source: string, registryHost: string, mapping: ResolvedMapping): RowStatements {
  const gaps = createRowGaps(sink, source);
  // A byte for each resource of the whole evidence, to see one id with two verdicts: a map of millions of ids would be heavy.
  const said = new Growable((length) => new Uint8Array(length));
  let count = 0;

  function state(raw: unknown): void {
    count += 1;
    const row = readRow(raw, mapping, registryHost);
    if (row.id !== undefined) {
      const record = sink.resource('record', source, row.id);
      sink.exists(record, {});
      refer(sink, record, row, registryHost);
      const as = claim(sink, record, row);
      if (contradicts(said, record, as)) gaps.report(narrowScope(row, registryHost, source), ...contradiction(row.id));
    }
    if (row.flaw !== undefined) tellFlaw(gaps, row, row.flaw, count, registryHost, source);
    else if (row.verdict === 'unknown')
      gaps.report(narrowScope(row, registryHost, source), ...unknownStatus(row, count));
  }

  return {
    get count() {
      return count;
    },
    state,
    finish: () => gaps.finish(),
  };
}

function refer(sink: Sink, record: ResourceId, row: ReadRow, registryHost: string): void {
  if (row.repository === undefined) return;
  const scope = `${registryHost}/${row.repository}`;
  if (row.tag !== undefined) sink.refers(record, sink.resource('tag', scope, row.tag), 'record');
  if (row.digest !== undefined) sink.refers(record, sink.resource('manifest', scope, row.digest), 'record');
}

/** Only a row that is whole and clear retires; every other one holds. */
function claim(sink: Sink, record: ResourceId, row: ReadRow): number {
  const { id, verdict, status, flaw } = row;
  if (verdict === 'inactive' && flaw === undefined) {
    sink.retires(record, `record ${id} (${status})`);
    return RETIRED;
  }
  if (verdict === 'active') sink.holds(record, `record ${id} (${status})`);
  else if (verdict === 'inactive') sink.holds(record, `record ${id} (${status}), whose row can't be read whole`);
  else sink.holds(record, `record ${id} has ${statusWords(status)}`);
  return HELD;
}

function statusWords(status: string | undefined): string {
  return status === undefined ? 'no status' : `the unknown status ${status}`;
}

/** Notes what was said of a record. @returns true once, when both was said */
function contradicts(said: Growable<Uint8Array>, record: ResourceId, as: number): boolean {
  said.fillTo(record + 1, 0);
  const now = said.get(record) | as;
  const both = (now & HELD) !== 0 && (now & RETIRED) !== 0 && (now & REPORTED) === 0;
  said.set(record, both ? now | REPORTED : now);
  return both;
}

/** A scope that is reported and covers nothing else: what the row names is kept by its own hold. */
function narrowScope(row: ReadRow, registryHost: string, source: string): string {
  if (row.repository !== undefined && row.tag !== undefined) return `${registryHost}/${row.repository}:${row.tag}`;
  if (row.repository !== undefined && row.digest !== undefined)
    return `${registryHost}/${row.repository}@${row.digest}`;
  return `${source}/${row.id ?? '…'}`;
}

function tellFlaw(gaps: RowGaps, row: ReadRow, flaw: Flaw, number: number, registryHost: string, source: string): void {
  const who = row.id === undefined ? '' : ` (record ${row.id})`;
  const cause = `reading row ${number}${who}: ${flaw.why}`;
  const hint = flaw.hint ?? 'Correct the record, or leave it out of the query if it is about something else.';
  if (flaw.reach === 'named') gaps.report(narrowScope(row, registryHost, source), cause, hint);
  else if (flaw.reach === 'repository') gaps.hide(`${registryHost}/${row.repository}`, cause, hint);
  else gaps.hide(registryHost, cause, hint);
}

function unknownStatus(row: ReadRow, number: number): readonly [cause: string, hint: string] {
  const cause = `reading row ${number} (record ${row.id}): it has ${statusWords(row.status)}`;
  return [cause, 'Name the word in the list active or inactive of the mapping.'];
}

function contradiction(id: string): readonly [cause: string, hint: string] {
  const cause = `reading the rows of record ${id}: some say that it is in use and some that it is not`;
  return [cause, 'Make sure that an id is in the records once, or always with the same status.'];
}
