/**
 * A content address: `sha256:` and 64, or `sha512:` and 128 lower-case hexadecimal characters.
 *
 * @see https://github.com/opencontainers/image-spec/blob/v1.1.1/descriptor.md#digests
 */
export type Digest = `${DigestAlgorithm}:${string}`;

export type DigestAlgorithm = 'sha256' | 'sha512';

const [SHA256_LENGTH, SHA512_LENGTH, PREFIX_LENGTH] = [71, 135, 7];
/** 0 for lower-case hexadecimal characters. A table: half of a digest's characters would surprise a branch, and a pattern is slower. */
const IS_OTHER = Uint8Array.from({ length: 256 }, (_, code) =>
  '0123456789abcdef'.includes(String.fromCharCode(code)) ? 0 : 1,
);
const ANY_DIGEST = /sha256:[0-9a-f]{64}(?![0-9a-f])|sha512:[0-9a-f]{128}(?![0-9a-f])/g;

export function isDigest(text: unknown): text is Digest {
  if (typeof text !== 'string') return false;
  const { length } = text;
  const isNamed =
    length === SHA256_LENGTH ? text.startsWith('sha256:') : length === SHA512_LENGTH && text.startsWith('sha512:');
  if (!isNamed) return false;
  let others = 0;
  for (let at = PREFIX_LENGTH; at < length; at += 1) {
    const code = text.charCodeAt(at);
    others |= (IS_OTHER[code & 255] as number) | (code >> 8);
  }
  return others === 0;
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
