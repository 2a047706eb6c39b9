import type { Digest } from '../../oci/digest.ts';
import type { Journal } from '../../systems/journal/contract.ts';
import { CodedError } from '../../util/pure/coded-error.ts';
import type { IntendEntry } from '../journal-entry.ts';
import { readSavedLinks } from './saved.ts';

/** Which repositories a run meant to take blobs away from, by its journal. `undefined`: there is no such journal. */
export type IntendedLinks = (
  runId: string,
  digests: ReadonlySet<Digest>,
) => Promise<ReadonlyMap<Digest, readonly string[]> | undefined>;

/** Reads from the journals of earlier runs what they meant to unlink, the last lines first: what was under way stands at the end. */
export function intendedLinksIn(journal: Journal): IntendedLinks {
  return async (runId, digests) => {
    const found = new Map<Digest, readonly string[]>();
    try {
      for await (const { kind, data } of journal.readBackwards(runId)) {
        if (kind !== 'intend') continue;
        const { action, saved } = data as IntendEntry;
        const digest = action.target.key as Digest;
        if (action.do !== 'unlink-blob' || !digests.has(digest)) continue;
        found.set(digest, readSavedLinks(saved).repositories);
        if (found.size === digests.size) break;
      }
      return found.size === digests.size ? found : undefined;
    } catch (error) {
      if (error instanceof CodedError && lost.has(error.code)) return undefined;
      throw error;
    }
  };
}

/** The journal lies elsewhere, or is of no use. */
const lost: ReadonlySet<string> = new Set(['JOURNAL_NO_SUCH_RUN', 'JOURNAL_DAMAGED', 'JOURNAL_NOT_READABLE']);
