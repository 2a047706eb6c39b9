import { createHash } from 'node:crypto';
import { type Digest, digestsIn } from '../../../oci/digest.ts';
import { parseManifest, type ReferenceKind } from '../../../oci/manifest.ts';

/** What content names: each digest once for each way in which it is named. `foreign`: it lies elsewhere, and the store need not have it. */
export type Names = readonly (readonly [as: ReferenceKind, digest: Digest, foreign?: 'foreign'])[];

/**
 * What a manifest names: what its type says, and, `opaque`, every further digest that stands anywhere in its bytes.
 *
 * @returns why it can not be relied on, where it is not the manifest that it should be.
 */
export function namesIn(digest: Digest, bytes: Uint8Array): Names | string {
  const algorithm = digest.startsWith('sha512:') ? 'sha512' : 'sha256';
  if (`${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}` !== digest)
    return 'its bytes are not those of its digest';
  const text = new TextDecoder().decode(bytes);
  const plain = plainText(text);
  if (plain === undefined) return 'it is not a JSON object';
  const names = new Map<string, Names[number]>();
  const named = new Set<Digest>();
  for (const { as, to, foreign } of parseManifest(bytes, '').references) {
    // An opaque reference is one by the look of it: whether its data lies elsewhere is not known.
    const isElsewhere = foreign && as !== 'opaque';
    named.add(to.digest);
    names.set(as + to.digest, isElsewhere ? [as, to.digest, 'foreign'] : [as, to.digest]);
  }
  for (const other of digestsIn(plain)) if (!named.has(other)) names.set(`opaque${other}`, ['opaque', other]);
  return [...names.values()];
}

/** With escapes undone, which could hide a digest. `undefined`: it is no JSON object. */
function plainText(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    return text.includes('\\u') ? `${text}\n${JSON.stringify(value)}` : text;
  } catch (failure) {
    if (failure instanceof SyntaxError) return undefined;
    throw failure;
  }
}
