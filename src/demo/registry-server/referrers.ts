import { mediaTypes } from '../../oci/media-type.ts';
import { json } from './answer.ts';
import { readDigest } from './blobs.ts';
import type { Handler, InRepository } from './exchange.ts';

interface ReferrersPlace extends InRepository {
  readonly digest: string;
}

/**
 * `GET /v2/<name>/referrers/<digest>?artifactType=`: an index of what names the digest as its subject, empty where nothing does.
 *
 * @see https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#listing-referrers
 */
export const getReferrers: Handler<ReferrersPlace> = async ({ root, referrerIndex }, place, { query }) => {
  const all = await referrerIndex.referrersOf(root, place.repository, readDigest(place.digest));
  const wanted = query.get('artifactType');
  const chosen = wanted === null ? all : all.filter(({ artifactType }) => artifactType === wanted);
  const manifests = chosen.map(({ sizeBytes, ...rest }) => ({ ...rest, size: sizeBytes }));
  return json(
    200,
    { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests },
    {
      'Content-Type': mediaTypes.ociIndex,
      ...(wanted === null ? {} : { 'OCI-Filters-Applied': 'artifactType' }),
    },
  );
};
