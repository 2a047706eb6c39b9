import type { Sink } from '../../evidence/sink.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import type { Digest } from '../../oci/digest.ts';
import type { Manifest } from '../../oci/manifest.ts';
import { manifestKindOf, mediaTypes } from '../../oci/media-type.ts';
import type { FetchedManifest } from './contract.ts';

/** Where a manifest lies: its repository's scope, and its registry's, which is that of blobs. */
export interface Place {
  readonly scope: string;
  readonly host: string;
}

/**
 * States what a manifest is and what it names.
 *
 * @returns digests of this repository that may be manifests themselves and have to be looked at
 */
export function stateManifest(sink: Sink, place: Place, found: FetchedManifest, manifest: Manifest): readonly Digest[] {
  const id = sink.resource('manifest', place.scope, found.digest);
  sink.exists(id, { sizeBytes: found.sizeBytes });
  const manifestOf = (digest: Digest) => sink.resource('manifest', place.scope, digest);
  const next: Digest[] = [];

  for (const { as, to, foreign } of manifest.references) {
    switch (as) {
      case 'config':
      case 'layer':
        sink.refers(id, foreign ? sink.resource('blob', place.host, to.digest) : stateBlob(sink, place, to), as);
        break;
      case 'subject':
        sink.refers(id, manifestOf(to.digest), 'subject');
        next.push(to.digest);
        break;
      case 'child':
        sink.refers(id, manifestOf(to.digest), 'child');
        next.push(to.digest);
        // Build caches are indexes that list blobs.
        if (manifestKindOf(to.mediaType) === 'opaque') sink.refers(id, stateBlob(sink, place, to), 'child');
        break;
      case 'opaque':
        sink.refers(id, manifestOf(to.digest), 'opaque');
        sink.refers(id, sink.resource('blob', place.host, to.digest), 'opaque');
        if (!isSchema1(manifest.mediaType)) next.push(to.digest);
        break;
    }
  }
  return next;
}

/** Its kind is known, and yet it can't be read: it may name more than was found in it. */
export function isUnreadable(manifest: Manifest): boolean {
  return manifest.kind === 'opaque' && manifestKindOf(manifest.mediaType) !== 'opaque';
}

function stateBlob(sink: Sink, place: Place, blob: Descriptor) {
  const id = sink.resource('blob', place.host, blob.digest);
  sink.exists(id, { sizeBytes: blob.sizeBytes });
  return id;
}

/** Docker's old format is opaque to us, but it names layers alone. */
function isSchema1(mediaType: string): boolean {
  return mediaType === mediaTypes.dockerSchema1 || mediaType === mediaTypes.dockerSchema1Signed;
}
