import type { Sink } from '../../../evidence/sink.ts';
import { decodeSnapshot } from '../../../evidence/snapshot/decode.ts';
import { stateWorkload } from '../../../evidence/snapshot/state-workload.ts';
import { isOciUrl, parseOciUrl } from '../../../oci/oci-url.ts';
import { CodedError } from '../../../util/pure/coded-error.ts';
import { textLinesIn } from '../../../util/raw-lines.ts';
import type { Cluster, ReadSnapshot } from '../contract.ts';
import type { ClusterSettings } from '../settings.ts';
import { type Doubt, doubtOf } from './doubt.ts';
import { narrowedTo } from './narrow-gap.ts';

/** What reading a snapshot needs besides its settings. */
export interface SnapshotSurroundings {
  readonly readSnapshot: ReadSnapshot;
  /** UTC milliseconds: how old a snapshot is counts from here. */
  readonly nowMs: () => number;
}

type SnapshotSettings = Extract<ClusterSettings, { kind: 'snapshot' }>;

/**
 * What another cluster used when `winnow snapshot` asked it. One that is missing, can't be read to its end, is changed, too old, of another
 * cluster or from the future hides all that this cluster may hold; what could not be seen there can't be seen here either.
 */
export function openSnapshotCluster(settings: SnapshotSettings, surroundings: SnapshotSurroundings): Cluster {
  const { name, from, mayHold = [''] } = settings;
  return {
    name,
    shown: `snapshot:${from}`,
    mayHold,
    uses: ({ onProgress }) => ({
      name: `cluster ${name}`,
      survey: (sink, signal) => survey({ ...settings, mayHold }, surroundings, { sink, signal, onProgress }),
    }),
    imageApi: async () => undefined,
    writableImageApi: async () => undefined,
    close: async () => {},
  };
}

interface Survey {
  readonly sink: Sink;
  readonly signal: AbortSignal;
  readonly onProgress: ((objects: number) => void) | undefined;
}

type WithScopes = SnapshotSettings & { readonly mayHold: readonly string[] };

async function survey(settings: WithScopes, surroundings: SnapshotSurroundings, to: Survey): Promise<void> {
  to.signal.throwIfAborted();
  const { name, from, mayHold } = settings;
  holdOwnTag(from, to.sink);
  const doubt = await stateSnapshot(settings, surroundings, to).catch((failure: unknown) =>
    asDoubt(failure, to.signal),
  );
  if (doubt === undefined) return;
  const cause = doubt.cause.includes(from) ? doubt.cause : `reading the snapshot ${from}: ${doubt.cause}`;
  for (const scope of mayHold) to.sink.gap({ ...doubt, cause, scope, hides: 'holds', source: `cluster ${name}` });
}

/** @throws what is no matter of seeing: a stop, an address that makes no sense, a bug */
function asDoubt(failure: unknown, signal: AbortSignal): Doubt {
  signal.throwIfAborted();
  if (!(failure instanceof CodedError) || failure.code.endsWith('_INVALID')) throw failure;
  return { cause: failure.message, ...(failure.hint !== undefined && { hint: failure.hint }) };
}

/** States what stands in it, also where it can't be trusted: a use more can only keep. @returns why it can't be trusted */
async function stateSnapshot(
  settings: WithScopes,
  { readSnapshot, nowMs }: SnapshotSurroundings,
  to: Survey,
): Promise<Doubt | undefined> {
  const { name, from, mayHold } = settings;
  const { sink, signal, onProgress } = to;
  const bytes = await readSnapshot(from, signal);
  if (bytes === undefined)
    return { cause: 'nothing is there', hint: `run winnow snapshot in that cluster, --to ${from}` };
  const { header, workloads } = await decodeSnapshot(textLinesIn(bytes));
  for (const gap of header.gaps)
    for (const scope of narrowedTo(mayHold, gap.scope))
      sink.gap({ ...gap, scope, source: `cluster ${name}, by snapshot: ${gap.source}` });
  let count = 0;
  for await (const workload of workloads) {
    stateWorkload(sink, name, workload);
    count += 1;
    if (count % 1000 === 0) onProgress?.(count);
  }
  onProgress?.(count);
  return doubtOf(header, settings, nowMs());
}

/** So that nothing clears it away, whatever policies say. */
function holdOwnTag(from: string, sink: Sink): void {
  if (!isOciUrl(from)) return;
  const { host, repository, tag } = parseOciUrl(from);
  sink.holds(sink.resource('tag', `${host}/${repository}`, tag), 'the snapshot of a cluster, which Winnow reads');
}
