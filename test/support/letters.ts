import type { Digest } from '../../src/oci/digest.ts';
import { sha256Hex } from '../../src/util/pure/hash.ts';

/** The registry of stories. */
export const HOST = 'registry.test';
export const DAY_MS = 86_400_000;
export const NOW_MS = Date.UTC(2026, 0, 1);

/** The digest of a manifest that has a letter for a name. */
export function digestOf(letter: string): Digest {
  return `sha256:${sha256Hex(letter)}`;
}
