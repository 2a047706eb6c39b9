import type { KubeObject } from '../../systems/cluster/contract.ts';
import { CodedError } from '../../util/pure/coded-error.ts';
import type { PlacedItem } from './stream-history.ts';

/** What the journal keeps of an item of a stream. Empty: it was gone already. */
export interface SavedItem {
  readonly placed?: PlacedItem;
}

/** Of the link to a manifest: the manifest. Empty: there was none. */
export interface SavedManifestLink {
  readonly mediaType?: string;
  readonly bytesBase64?: string;
}

/** Of the link to a blob: its bytes, where it is the config of an image and not large. */
export interface SavedLayerLink {
  readonly bytesBase64?: string;
}

/** Of the data of a blob nothing: it goes for good, unless it comes back with a link to it that this run removed as well. */
export interface SavedBlob {
  readonly comesBackWithLink?: true;
}

export interface SavedImage {
  readonly image?: KubeObject;
}

/** @throws JOURNAL_DAMAGED when a journal line does not hold what this module wrote */
export function readSaved<Saved extends object>(value: unknown): Saved {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Saved;
  throw new CodedError('JOURNAL_DAMAGED', 'reading what a run saved for undo: an entry is not as it was written', {
    hint: 'the other entries of the run can still be undone',
  });
}
