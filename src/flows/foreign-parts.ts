import { readManifest } from '../apply/store/read-manifest.ts';
import type { Damage, DamageKind } from '../graph/damage-kinds.ts';
import type { Digest } from '../oci/digest.ts';
import { parseManifest } from '../oci/manifest.ts';
import type { StoreReader } from '../systems/store/contract.ts';

const ofParts: ReadonlySet<DamageKind> = new Set<DamageKind>([
  'blob-without-data',
  'data-hidden',
  'link-missing',
  'link-empty',
]);

/** Damage without that of layers that lie elsewhere (`urls`) by every manifest that names them: the registry need not have those. */
export async function withoutForeign(
  store: StoreReader,
  damage: readonly Damage[],
  signal: AbortSignal,
): Promise<readonly Damage[]> {
  const foreignIn = remembered(async (digest) => {
    const bytes = await readManifest(store, digest as Digest, signal);
    return foreignParts(bytes === 'large' ? undefined : bytes);
  });
  return await onlyOwn(damage, (_, digest) => foreignIn(digest));
}

/** @param foreignIn - digests that a manifest of a repository says to lie elsewhere */
export async function onlyOwn(
  damage: readonly Damage[],
  foreignIn: (repository: string, manifest: string) => Promise<ReadonlySet<string>>,
): Promise<readonly Damage[]> {
  const own: Damage[] = [];
  for (const one of damage) if (!ofParts.has(one.kind) || !(await isForeignToAll(one, foreignIn))) own.push(one);
  return own;
}

async function isForeignToAll(
  { repository, what, neededBy }: Damage,
  foreignIn: (repository: string, manifest: string) => Promise<ReadonlySet<string>>,
): Promise<boolean> {
  for (const manifest of neededBy) if (!(await foreignIn(repository, manifest)).has(what)) return false;
  return neededBy.length > 0;
}

export function foreignParts(bytes: Uint8Array | undefined): ReadonlySet<string> {
  if (bytes === undefined) return new Set();
  const { references } = parseManifest(bytes, '');
  return new Set(references.filter(({ foreign, as }) => foreign && as === 'layer').map(({ to }) => to.digest));
}

/** Reads the same once. */
export function remembered(read: (key: string) => Promise<ReadonlySet<string>>): typeof read {
  const known = new Map<string, Promise<ReadonlySet<string>>>();
  return (key) => {
    let found = known.get(key);
    if (found === undefined) {
      found = read(key);
      known.set(key, found);
    }
    return found;
  };
}
