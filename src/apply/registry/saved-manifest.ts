import { type Digest, isDigest } from '../../oci/digest.ts';
import { CodedError } from '../../util/pure/coded-error.ts';

/** What the journal keeps of a manifest or tag that goes: enough to push it again, byte for byte. */
export interface SavedManifest {
  /** Repository without the registry's host. */
  readonly repository: string;
  readonly digest: Digest;
  readonly mediaType: string;
  readonly bytesBase64: string;
  /** The tag that the action removes; absent for an action on the manifest itself. */
  readonly tag?: string;
  /** For a tag that goes by overwriting: the digest of the tiny manifest that is pushed over it. */
  readonly overwrittenBy?: Digest;
}

/** @throws JOURNAL_DAMAGED when a journal line does not hold what this module wrote. */
export function readSavedManifest(value: unknown): SavedManifest {
  const saved = value as Partial<SavedManifest> | null;
  if (
    typeof saved !== 'object' ||
    saved === null ||
    typeof saved.repository !== 'string' ||
    !isDigest(saved.digest) ||
    typeof saved.mediaType !== 'string' ||
    typeof saved.bytesBase64 !== 'string'
  )
    throw new CodedError('JOURNAL_DAMAGED', 'reading what a run saved for undo: an entry is not a manifest', {
      hint: 'the other entries of the run can still be undone',
    });
  return saved as SavedManifest;
}
