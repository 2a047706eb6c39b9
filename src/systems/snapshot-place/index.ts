import { type PlaceAddress, parsePlace } from './address.ts';
import type { SnapshotPlace, SnapshotRegistry } from './contract.ts';
import { filePlace } from './file/index.ts';
import { memoryPlace } from './memory/index.ts';
import { ociPlace } from './oci/index.ts';

export { formatPlace, type PlaceAddress, parsePlace, placeForms } from './address.ts';
export { type SnapshotPlaceErrorCode, snapshotPlaceErrors } from './errors.ts';

type AddressOf<Kind extends PlaceAddress['kind']> = Extract<PlaceAddress, { kind: Kind }>;

/** What a place needs that this kind has not itself. */
export interface PlaceSurroundings {
  /** Connects to a registry: `host[:port]`. */
  readonly openRegistry: (host: string, signal: AbortSignal) => Promise<SnapshotRegistry>;
}

/** The places there are, each with the function that opens it. */
export const snapshotPlaces = {
  file: ({ path }: AddressOf<'file'>) => filePlace(path),
  oci: async (address: AddressOf<'oci'>, { openRegistry }: PlaceSurroundings, signal: AbortSignal) =>
    ociPlace(address, await openRegistry(address.host, signal)),
  s3: async (address: AddressOf<'s3'>) => (await import('./s3/index.ts')).s3Place(address),
  memory: memoryPlace,
} as const;

/**
 * Opens a place. A registry is connected to; nothing else is.
 *
 * @param text - a path (absolute), `oci://HOST/REPOSITORY:TAG`, or `s3://BUCKET/KEY?…`
 * @throws SNAPSHOT_PLACE_INVALID; what `openRegistry` throws
 */
export async function openSnapshotPlace(
  text: string,
  surroundings: PlaceSurroundings,
  signal: AbortSignal,
): Promise<SnapshotPlace> {
  const address = parsePlace(text);
  switch (address.kind) {
    case 'file':
      return snapshotPlaces.file(address);
    case 'oci':
      return await snapshotPlaces.oci(address, surroundings, signal);
    case 's3':
      return await snapshotPlaces.s3(address);
  }
}
