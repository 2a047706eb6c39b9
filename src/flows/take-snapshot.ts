import type { Evidence } from '../evidence/evidence.ts';
import { decodeSnapshot } from '../evidence/snapshot/decode.ts';
import { encodeSnapshot } from '../evidence/snapshot/encode.ts';
import { type SnapshotErrorCode, snapshotErrors } from '../evidence/snapshot/errors.ts';
import type { SnapshotHeader, SnapshotWorkload } from '../evidence/snapshot/format.ts';
import { workloadsIn } from '../evidence/snapshot/workloads-in.ts';
import type { SnapshotReport } from '../report/snapshot/snapshot-report.ts';
import type { Cluster, UsesOptions } from '../systems/cluster/contract.ts';
import type { SnapshotPlace } from '../systems/snapshot-place/contract.ts';
import { CodedError } from '../util/pure/coded-error.ts';
import { textLinesIn } from '../util/raw-lines.ts';
import { survey } from './survey.ts';

export interface TakeSnapshotInput {
  readonly cluster: Pick<Cluster, 'name' | 'shown' | 'uses'>;
  readonly options: UsesOptions;
  readonly place: SnapshotPlace;
  /** Write it also where one without gaps lies there, and it has some. */
  readonly allowGaps: boolean;
  /** Write it also where the one that lies there has more than twice as many workloads. */
  readonly allowDrop: boolean;
  /** The version of Winnow. */
  readonly by: string;
  readonly nowMs: () => number;
}

/**
 * Asks one cluster what it uses, and writes that down where other runs of Winnow find it.
 *
 * @throws SNAPSHOT_OTHER_CLUSTER, SNAPSHOT_OTHER_CONTENT before anything is overwritten that is somebody else's; what the cluster or the
 *   place throws
 */
export async function takeSnapshot(input: TakeSnapshotInput, signal: AbortSignal): Promise<SnapshotReport> {
  const { cluster, place, options, by, nowMs } = input;
  const before = await snapshotThere(place, cluster.name, signal);
  const { evidence } = await survey([cluster.uses(options)], nowMs, signal);
  const workloads = [...workloadsIn(evidence, cluster.name)];
  const header: SnapshotHeader = {
    winnow: 'snapshot/v1',
    ...{ cluster: cluster.name, shown: cluster.shown, by },
    takenAtMs: evidence.sources[0]?.observedAtMs ?? nowMs(),
    ...{ kinds: countKinds(workloads), gaps: evidence.gaps },
  };
  const report = { ...header, place: place.shown, ...countsOf(workloads, evidence), ...(before && { before }) };
  const refusal = whyNot(report, input);
  if (refusal !== undefined) return { ...report, written: false, refusal };
  const label = { cluster: cluster.name, takenAtMs: header.takenAtMs };
  const written = await place.write(encodeSnapshot(header, workloads), label, signal);
  return { ...report, written: true, ...written };
}

/** A snapshot that lies there and is better is not given up without a word. */
function whyNot(
  { gaps, workloads, before }: Pick<SnapshotReport, 'gaps' | 'workloads' | 'before'>,
  { allowGaps, allowDrop }: TakeSnapshotInput,
): SnapshotReport['refusal'] {
  if (before === undefined || before.state === 'torn') return undefined;
  if (gaps.length > 0 && before.state === 'good' && !allowGaps) return 'gaps';
  // Where something is missing for a reason, the reason is told. An empty answer without one may be an account that sees too little.
  const isDrop = gaps.length === 0 && workloads < before.workloads * STRANGE_SHARE;
  return isDrop && !allowDrop ? 'drop' : undefined;
}

const STRANGE_SHARE = 0.5;

/** What lies there and would be overwritten: it must be a snapshot, of the same cluster. One that can't be read to its end is no loss. */
async function snapshotThere(
  place: SnapshotPlace,
  cluster: string,
  signal: AbortSignal,
): Promise<SnapshotReport['before']> {
  const bytes = await place.read(signal);
  if (bytes === undefined) return undefined;
  try {
    const { header, workloads } = await decodeSnapshot(textLinesIn(bytes));
    if (header.cluster !== cluster)
      throw new CodedError<SnapshotErrorCode>(
        'SNAPSHOT_OTHER_CLUSTER',
        `writing the snapshot of ${cluster} to ${place.shown}: there is the one of ${header.cluster}`,
        { hint: snapshotErrors.SNAPSHOT_OTHER_CLUSTER.hint },
      );
    let count = 0;
    for await (const _ of workloads) count += 1;
    return { takenAtMs: header.takenAtMs, workloads: count, state: header.gaps.length > 0 ? 'with-gaps' : 'good' };
  } catch (failure) {
    const isTorn = failure instanceof CodedError && TORN.some((code) => code === failure.code);
    if (isTorn) return { state: 'torn' };
    if (!(failure instanceof CodedError) || failure.code !== 'SNAPSHOT_OTHER_CONTENT') throw failure;
    throw new CodedError(failure.code, `writing a snapshot to ${place.shown}: ${failure.message}`, {
      hint: snapshotErrors.SNAPSHOT_OTHER_CONTENT.hint,
    });
  }
}

const TORN: readonly SnapshotErrorCode[] = ['SNAPSHOT_CUT_SHORT', 'SNAPSHOT_CHANGED', 'SNAPSHOT_MALFORMED'];

function countKinds(workloads: readonly SnapshotWorkload[]): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const { kind } of workloads) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([left], [right]) => (left < right ? -1 : 1)));
}

function countsOf(workloads: readonly SnapshotWorkload[], { resources }: Evidence) {
  let references = 0;
  for (let id = 0; id < resources.size; id += 1) if (resources.kind(id) === 'image-reference') references += 1;
  return { workloads: workloads.length, references };
}
