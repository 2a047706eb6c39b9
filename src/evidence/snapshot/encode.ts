import { runningSha256 } from '../../util/pure/hash.ts';
import type { SnapshotHeader, SnapshotWorkload } from './format.ts';

/** The lines of a snapshot, each with its newline. Streams. */
export function* encodeSnapshot(header: SnapshotHeader, workloads: Iterable<SnapshotWorkload>): Generator<string> {
  const hash = runningSha256();
  let count = 0;
  const line = (value: unknown) => {
    const text = `${JSON.stringify(value)}\n`;
    hash.update(text);
    return text;
  };

  yield line(header);
  for (const workload of workloads) {
    count += 1;
    yield line(workload);
  }
  yield `${JSON.stringify({ end: { workloads: count, sha256: hash.hex() } })}\n`;
}
