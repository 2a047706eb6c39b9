import { setImmediate } from 'node:timers/promises';
import { eachObject, type FilesTaker } from './each-object.ts';

/** Goes over all objects of a folder for a taker, as {@link eachObject} does. */
export type ReadFiles = (taker: FilesTaker, signal: AbortSignal) => Promise<void>;

/**
 * Goes over a folder once for all who ask in the same turn: what it uses and what its image API has are surveyed side by side, and
 * gigabytes are split and parsed once. Who asks later reads it anew, as it is then.
 */
export function sharedReading(path: string): ReadFiles {
  const turns = new Map<AbortSignal, { readonly takers: FilesTaker[]; readonly read: Promise<void> }>();
  return (taker, signal) => {
    const turn = turns.get(signal);
    if (turn !== undefined) {
      turn.takers.push(taker);
      return turn.read;
    }
    const takers = [taker];
    const read = setImmediate().then(() => {
      turns.delete(signal);
      return eachObject(path, takers, signal);
    });
    turns.set(signal, { takers, read });
    return read;
  };
}
