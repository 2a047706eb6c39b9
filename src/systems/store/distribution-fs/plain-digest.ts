import type { Digest } from '../../../oci/digest.ts';

export const SHA256 = 'sha256:';
/** Of a sha256 digest. */
export const HEX_LENGTH = 64;

/** Like `isDigest` for sha256 alone, and several times quicker. */
export function isPlainDigest(text: string): text is Digest {
  if (text.length !== SHA256.length + HEX_LENGTH || !text.startsWith(SHA256)) return false;
  for (let at = SHA256.length; at < text.length; at += 1) if (!isHex(text.charCodeAt(at))) return false;
  return true;
}

/** Whether a character is a lower-case hexadecimal digit. */
export function isHex(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 97 && code <= 102);
}
