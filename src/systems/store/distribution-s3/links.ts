import { createHash } from 'node:crypto';
import { type Digest, isDigest } from '../../../oci/digest.ts';
import type { BucketReader } from './bucket.ts';
import { REPOSITORIES, readKey } from './keys.ts';
import type { Link } from './repositories.ts';

/** `sha256:` and 64 characters, without a newline. A link by another algorithm names the sha256, too. */
export const LINK_BYTES = 71;
/** A link that somebody edited by hand may end with a newline. */
const MAX_LINK_BYTES = 1024;

export interface LinkReader {
  /**
   * What a link names: read off its ETag where that is the MD5 of one of the `candidates`, so that nothing is fetched; else its content.
   * An ETag that is no MD5 (encryption with KMS) matches nothing, and costs a request.
   *
   * `undefined`: it is empty, or no link. `gone`: somebody removed it meanwhile.
   */
  target(link: Link, candidates: Iterable<Digest>, signal: AbortSignal): Promise<Digest | undefined | 'gone'>;
  /**
   * Whether a link must be read to know what it names: an alias by another algorithm, one of another length, or one whose ETag says
   * that it names something else than it is named for. Where this server's ETags are found to say nothing, they are not asked.
   */
  isDoubtful(link: Link, digest: Digest): boolean;
  /** Looks at one link before all are listed: where ETags say nothing, every single one would be doubtful until the first was read. */
  learn(signal: AbortSignal): Promise<void>;
}

export function createLinkReader(bucket: BucketReader): LinkReader {
  // Proven by the first link that was read: from then on a mismatch of another is no news on a server that encrypts.
  let etagsAreMd5 = true;

  async function target(link: Link, candidates: Iterable<Digest>, signal: AbortSignal) {
    if (link.sizeBytes === LINK_BYTES) for (const digest of candidates) if (matches(link, digest)) return digest;
    if (link.sizeBytes === 0 || link.sizeBytes > MAX_LINK_BYTES) return undefined;
    const bytes = await bucket.read(link.key, MAX_LINK_BYTES, signal);
    if (bytes === undefined) return 'gone';
    const text = new TextDecoder().decode(bytes).trim();
    if (!isDigest(text)) return undefined;
    if (link.sizeBytes === LINK_BYTES && !matches(link, text)) etagsAreMd5 = false;
    return text;
  }

  return {
    target,
    isDoubtful: (link, digest) =>
      !digest.startsWith('sha256:') || link.sizeBytes !== LINK_BYTES || (etagsAreMd5 && !matches(link, digest)),
    async learn(signal) {
      const { objects } = await bucket.list({ prefix: REPOSITORIES }, signal);
      for (const link of objects) {
        const thing = readKey(link.key);
        if ((thing?.is !== 'layer-link' && thing?.is !== 'revision-link') || link.sizeBytes !== LINK_BYTES) continue;
        if (!thing.digest?.startsWith('sha256:')) continue;
        if (!matches(link, thing.digest)) await target(link, [], signal);
        return;
      }
    },
  };
}

function matches(link: Link, digest: Digest): boolean {
  return link.etag === createHash('md5').update(digest).digest('hex');
}
