/**
 * A content address: `sha256:` and 64, or `sha512:` and 128 lower-case hexadecimal characters.
 *
 * @see https://github.com/opencontainers/image-spec/blob/v1.1.1/descriptor.md#digests
 */
export type Digest = `${DigestAlgorithm}:${string}`;

export type DigestAlgorithm = 'sha256' | 'sha512';

const DIGEST = /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/;
const ANY_DIGEST = /sha256:[0-9a-f]{64}(?![0-9a-f])|sha512:[0-9a-f]{128}(?![0-9a-f])/g;

export function isDigest(text: unknown): text is Digest {
  return typeof text === 'string' && DIGEST.test(text);
}

export function algorithmOf(digest: Digest): DigestAlgorithm {
  return digest.startsWith('sha512:') ? 'sha512' : 'sha256';
}

/** The hexadecimal half of a digest. */
export function hexOf(digest: Digest): string {
  return digest.slice(digest.indexOf(':') + 1);
}

/**
 * Every digest that stands anywhere in a text, each once, in order of appearance.
 * It finds too much rather than too little: what an unknown manifest may name is what it keeps.
 */
export function digestsIn(text: string): readonly Digest[] {
  return [...new Set(text.match(ANY_DIGEST) ?? [])] as Digest[];
}
