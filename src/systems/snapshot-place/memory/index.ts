import type { SnapshotPlace } from '../contract.ts';
import { joined } from '../packing.ts';

/** A place within this process, for tests. @param held - what lies there at first */
export function memoryPlace(shown = 'memory', held?: Uint8Array): SnapshotPlace & { bytes(): Uint8Array | undefined } {
  let bytes = held;
  return {
    shown,
    bytes: () => bytes,
    async read(signal) {
      signal.throwIfAborted();
      return bytes === undefined ? undefined : inOnePiece(bytes);
    },
    async write(parts, _label, signal) {
      signal.throwIfAborted();
      bytes = joined(parts);
      return { sizeBytes: bytes.length };
    },
    close: async () => {},
  };
}

async function* inOnePiece(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
