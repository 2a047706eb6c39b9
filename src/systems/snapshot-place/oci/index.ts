import { mediaTypes } from '../../../oci/media-type.ts';
import type { OciUrl } from '../../../oci/oci-url.ts';
import { CodedError } from '../../../util/pure/coded-error.ts';
import type { SnapshotPlace, SnapshotRegistry } from '../contract.ts';
import { asPlaceError, placeError, placeFailure } from '../errors.ts';
import { gzipped, unpacked } from '../packing.ts';
import { artifactManifest, emptyConfig, layerIn } from './artifact.ts';

/** Of a packed snapshot: some ten million workloads. */
const MAX_BYTES = 256 * 1024 * 1024;

/** A tag in a registry. The tag moves last, and the manifest that it was on stays, without a tag. */
export function ociPlace({ host, repository, tag }: OciUrl, registry: SnapshotRegistry): SnapshotPlace {
  const shown = `oci://${host}/${repository}:${tag}`;
  return {
    shown,
    async read(signal) {
      const doing = `reading the snapshot ${shown}`;
      const layer = await asPlaceError('SNAPSHOT_UNREADABLE', doing, signal, async () => {
        const manifest = await registry.manifest(repository, tag, signal);
        if (manifest === undefined) return undefined;
        const digest = layerIn(manifest.bytes);
        if (digest === undefined) throw otherContent(doing);
        const bytes = await registry.blob(repository, digest, MAX_BYTES, signal);
        if (bytes === undefined) throw placeError('SNAPSHOT_UNREADABLE', `${doing}: its layer ${digest} is not there`);
        return bytes;
      });
      return layer === undefined ? undefined : bytesOf(layer, doing, signal);
    },
    async write(parts, label, signal) {
      const layer = await gzipped(parts);
      const bytes = artifactManifest(layer, label);
      return await asPlaceError('SNAPSHOT_UNWRITABLE', `writing the snapshot ${shown}`, signal, async () => {
        await registry.putBlob(repository, emptyConfig, signal);
        await registry.putBlob(repository, layer, signal);
        const digest = await registry.putManifest(
          repository,
          tag,
          { mediaType: mediaTypes.ociManifest, bytes },
          signal,
        );
        return { sizeBytes: layer.length, digest };
      });
    },
    close: () => registry.close(),
  };
}

async function* bytesOf(layer: Uint8Array, doing: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    yield* unpacked(inOnePiece(layer));
  } catch (failure) {
    throw placeFailure('SNAPSHOT_UNREADABLE', doing, signal, failure);
  }
}

async function* inOnePiece(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

function otherContent(doing: string): CodedError {
  return new CodedError('SNAPSHOT_OTHER_CONTENT', `${doing}: what the tag is on is no snapshot`, {
    hint: 'name another tag: this one is in use for something else',
  });
}
