import type { DigestTable } from '../../../evidence/digest-table.ts';
import type { ResourceId } from '../../../evidence/resource.ts';
import type { Sink } from '../../../evidence/sink.ts';
import type { Digest } from '../../../oci/digest.ts';
import type { DiskPlace } from '../on-disk/careful-read.ts';
import type { Doubt } from './doubt.ts';

/** What all parts of a survey share. */
export interface SurveyState {
  readonly disk: DiskPlace;
  /** The store's. */
  readonly name: string;
  readonly sink: Sink;
  readonly blobs: DigestTable;
  /** What can not be read refers to it. */
  readonly doubt: Doubt;
}

/** What is known of the manifests of one repository. */
export interface StatedManifests {
  readonly repository: string;
  readonly manifests: Map<Digest, StatedManifest>;
}

export interface StatedManifest {
  readonly id: ResourceId;
  /** A tag leads there, or a file of the digest's own; not history alone. */
  readonly isNamed: boolean;
  /** UTC milliseconds; minus infinity: not known. */
  readonly pushedAtMs: number;
}
