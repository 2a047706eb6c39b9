import type { Digest } from '../../oci/digest.ts';
import type { Journal } from '../../systems/journal/contract.ts';
import { CodedError } from '../../util/pure/coded-error.ts';
import type { IntendEntry } from '../journal-entry.ts';
import type { Removed } from '../undo.ts';
import { readSavedLinks } from './saved.ts';

/** The repositories from which each blob was to be taken. */
export type MeantIn = ReadonlyMap<Digest, readonly string[]>;

/** What a run meant to take away, by its journal: it may have come to it, or not. */
export interface Intentions {
  /** Blobs whose links were to go. */
  readonly links: MeantIn;
  readonly manifests: readonly Removed[];
}

/** What a run meant to do to these. `undefined`: its journal tells nothing of one of them, or is lost. */
export type IntentionsOf = (runId: string, digests: ReadonlySet<Digest>) => Promise<Intentions | undefined>;

/** Reads intentions from the journals of runs. */
export function intentionsIn(journal: Journal): IntentionsOf {
  return async (runId, digests) => {
    const links = new Map<Digest, readonly string[]>();
    const manifests: Removed[] = [];
    const told = new Set<Digest>();
    try {
      for await (const { kind, data } of journal.readBackwards(runId)) {
        if (kind !== 'intend') continue;
        const { action, saved } = data as IntendEntry;
        const digest = action.target.key as Digest;
        if (!digests.has(digest)) continue;
        if (action.do === 'unlink-blob') links.set(digest, readSavedLinks(saved).repositories);
        else if (action.do === 'delete-manifest') manifests.push({ action, saved });
        else continue;
        told.add(digest);
      }
      return told.size === digests.size ? { links, manifests } : undefined;
    } catch (error) {
      if (error instanceof CodedError && lost.has(error.code)) return undefined;
      throw error;
    }
  };
}

/** The journal lies elsewhere, or is of no use. */
const lost: ReadonlySet<string> = new Set(['JOURNAL_NO_SUCH_RUN', 'JOURNAL_DAMAGED', 'JOURNAL_NOT_READABLE']);
