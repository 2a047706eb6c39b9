import { createHash } from 'node:crypto';
import { algorithmOf, type Digest, type DigestAlgorithm } from '../../oci/digest.ts';
import { mediaTypes } from '../../oci/media-type.ts';

/** The digest of bytes. */
export function digestOf(bytes: Uint8Array, algorithm: DigestAlgorithm = 'sha256'): Digest {
  return `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`;
}

/** Whether bytes are what a digest names. */
export function isContentOf(digest: Digest, bytes: Uint8Array): boolean {
  return digestOf(bytes, algorithmOf(digest)) === digest;
}

/**
 * The digest under which a registry keeps a manifest: of its bytes, but for Docker's signed schema 1,
 * whose digest is that of the payload without the signatures.
 */
export function manifestDigest(bytes: Uint8Array, mediaType: string, algorithm: DigestAlgorithm = 'sha256'): Digest {
  const payload = mediaType === mediaTypes.dockerSchema1Signed ? signedPayload(bytes) : undefined;
  return digestOf(payload ?? bytes, algorithm);
}

/**
 * What was signed in a signed schema 1 manifest: its first `formatLength` bytes, then `formatTail`; both stand in the
 * signature's `protected` field. `undefined` where that is not so.
 *
 * @see https://distribution.github.io/distribution/spec/manifest-v2-1/#signed-manifests
 */
function signedPayload(bytes: Uint8Array): Uint8Array | undefined {
  const signed = parse(Buffer.from(bytes).toString('utf8')) as { signatures?: { protected?: unknown }[] } | undefined;
  const field = Array.isArray(signed?.signatures) ? signed.signatures[0]?.protected : undefined;
  if (typeof field !== 'string') return undefined;
  const format = parse(Buffer.from(field, 'base64url').toString('utf8')) as Record<string, unknown> | undefined;
  const { formatLength, formatTail } = format ?? {};
  if (typeof formatLength !== 'number' || typeof formatTail !== 'string') return undefined;
  return Buffer.concat([bytes.subarray(0, formatLength), Buffer.from(formatTail, 'base64url')]);
}

function parse(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
