import type { DigestTable } from '../../../evidence/digest-table.ts';
import type { Sink } from '../../../evidence/sink.ts';
import type { Digest } from '../../../oci/digest.ts';
import type { Names } from './names-in.ts';
import type { BucketPlace } from './place.ts';

export interface ContentReading {
  readonly place: BucketPlace;
  readonly sink: Sink;
  /** Those that were listed. */
  readonly blobs: DigestTable;
}

/** Of all that names nothing within its repository: most do. */
const NOTHING: Names = [];

/**
 * States once for the whole store what hangs on content, as soon as it was read: it is the most of what a survey finds.
 * @returns what is still needed: who refers to whom is told within repositories
 */
export function stateContent({ place, sink, blobs }: ContentReading, digest: Digest, names: Names): Names {
  const id = sink.resource('blob', place.name, digest);
  if (blobs.indexOf(digest) < 0) sink.exists(id, {}); // it came since blobs were listed
  for (const [as, to, foreign] of names) {
    if (as === 'subject' || (foreign !== undefined && blobs.indexOf(to) < 0)) continue;
    sink.refers(id, sink.resource('blob', place.name, to), as);
  }
  const related = names.filter(([as]) => as === 'child' || as === 'subject' || as === 'opaque');
  return related.length === 0 ? NOTHING : related;
}
