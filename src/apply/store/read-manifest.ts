import type { Digest } from '../../oci/digest.ts';
import type { StoreReader } from '../../systems/store/contract.ts';
import { CodedError } from '../../util/pure/coded-error.ts';

/** Larger manifests are refused by every registry. */
const MAX_MANIFEST_BYTES = 4 << 20;

/**
 * The data of a manifest. `undefined`: it has none. `large`: larger than any manifest, as the layers are that build caches list in an index.
 * @throws STORE_WALK_FAILED
 */
export async function readManifest(
  store: Pick<StoreReader, 'read'>,
  digest: Digest,
  signal: AbortSignal,
): Promise<Uint8Array | 'large' | undefined> {
  try {
    return await store.read(digest, MAX_MANIFEST_BYTES, signal);
  } catch (error) {
    if (error instanceof CodedError && error.code === 'STORE_TOO_LARGE') return 'large';
    throw error;
  }
}
