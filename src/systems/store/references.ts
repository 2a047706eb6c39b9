import { hash } from 'node:crypto';
import { type Digest, digestsIn } from '../../oci/digest.ts';
import { parseManifest, type ReferenceKind } from '../../oci/manifest.ts';
import { type ManifestKind, manifestKindOf } from '../../oci/media-type.ts';
import { isPlainDigest, SHA256 } from './plain-digest.ts';

/** What content can name, in the order of the numbers that stand for it. */
export const referenceKinds = [
  'child',
  'config',
  'layer',
  'subject',
  'opaque',
] as const satisfies readonly ReferenceKind[];

/** What the bytes of a manifest name. */
export interface References {
  /** A digest once for each way in which it is named. */
  readonly names: readonly Name[];
  /** What lies elsewhere (`urls`), and need not be in the store. */
  readonly foreign: ReadonlySet<Digest>;
  /** Docker's manifest of version 2, schema 1, whose signatures could lie beside its link. */
  readonly isSchema1: boolean;
}

export type Name = readonly [as: ReferenceKind, digest: Digest];

/**
 * What a manifest names: what its type says, and, `opaque`, every further digest that stands anywhere in its bytes.
 * It says the same as {@link parseManifest}, and for manifests as they usually are with a fraction of the work.
 *
 * @returns why it can not be relied on, where it is no manifest at all.
 */
export function referencesOf(bytes: Uint8Array): References | string {
  // As many characters as bytes: what is no ASCII is read wrong, and is no part of any digest.
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  const usual = readUsual(text);
  if (usual !== undefined) return { names: withOthersIn(text, usual), foreign: usual.foreign, isSchema1: false };
  return readWithCare(bytes, text);
}

/** Whether the bytes are those that a digest stands for. @param digest - a sha256 digest */
export function isContentOf(digest: Digest, bytes: Uint8Array): boolean {
  return digest.endsWith(hash('sha256', bytes, 'hex'));
}

interface Draft {
  readonly names: Name[];
  readonly foreign: Set<Digest>;
  /** How many descriptors there were. */
  descriptors: number;
}

type Json = Readonly<Record<string, unknown>>;

/** `undefined`: it is not quite as usual. */
function readUsual(text: string): Draft | undefined {
  const body = parseJson(text);
  if (body === undefined || text.includes('\\u') || body['schemaVersion'] !== 2) return undefined;
  const kind = typeof body['mediaType'] === 'string' ? manifestKindOf(body['mediaType']) : 'opaque';
  const draft: Draft = { names: [], foreign: new Set(), descriptors: 0 };
  return readFields(draft, kind, body) && readField(draft, 'subject', body['subject']) ? draft : undefined;
}

function readFields(draft: Draft, kind: ManifestKind, body: Json): boolean {
  switch (kind) {
    case 'image':
      return (
        !('manifests' in body) && readOne(draft, 'config', body['config']) && readList(draft, 'layer', body['layers'])
      );
    case 'index':
      return !('layers' in body) && !('config' in body) && readList(draft, 'child', body['manifests']);
    case 'artifact':
    case 'opaque':
      return false;
  }
}

function readField(draft: Draft, as: ReferenceKind, value: unknown): boolean {
  return value === undefined || readOne(draft, as, value);
}

function readList(draft: Draft, as: ReferenceKind, list: unknown): boolean {
  if (!Array.isArray(list)) return false;
  for (const item of list) if (!readOne(draft, as, item)) return false;
  return true;
}

function readOne(draft: Draft, as: ReferenceKind, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { digest, size, urls } = value as Json;
  if (typeof digest !== 'string' || !isPlainDigest(digest)) return false;
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) return false;
  if (urls !== undefined) {
    if (!Array.isArray(urls) || urls.length === 0) return false;
    draft.foreign.add(digest);
  }
  draft.descriptors += 1;
  draft.names.push([as, digest]);
  return draft.descriptors <= USUAL_DESCRIPTORS;
}

/** More than this, and comparing each with each would take its time. */
const USUAL_DESCRIPTORS = 150;

/** All other digests in the text as well, where there are any: digests that stand there more often than descriptors. */
function withOthersIn(text: string, { names, descriptors }: Draft): readonly Name[] {
  let found = 0;
  for (let at = text.indexOf(SHA256); at >= 0; at = text.indexOf(SHA256, at + 1)) found += 1;
  const hasOthers = found !== descriptors || text.includes('sha512:');
  const once = withoutRepeats(names);
  return hasOthers ? withAll(once, digestsIn(text)) : once;
}

function withoutRepeats(names: readonly Name[]): readonly Name[] {
  const isFirst = ([as, digest]: Name, n: number) =>
    names.findIndex(([otherAs, other]) => other === digest && otherAs === as) === n;
  return names.every(isFirst) ? names : names.filter(isFirst);
}

function withAll(names: readonly Name[], digests: readonly Digest[]): readonly Name[] {
  const named = new Set(names.map(([, digest]) => digest));
  return [...names, ...digests.filter((digest) => !named.has(digest)).map((digest): Name => ['opaque', digest])];
}

function readWithCare(bytes: Uint8Array, text: string): References | string {
  const manifest = parseManifest(bytes, '');
  if (manifest.opaqueBecause === NOT_AN_OBJECT) return NOT_AN_OBJECT;
  const typed = new Map<string, Name>();
  const foreign = new Set<Digest>();
  for (const { as, to, foreign: isForeign } of manifest.references) {
    typed.set(as + to.digest, [as, to.digest]);
    if (isForeign && as !== 'opaque') foreign.add(to.digest);
  }
  // A digest may be written with escapes (\u0061), which hide it from a look at the bytes.
  const plain = text.includes('\\u') ? JSON.stringify(JSON.parse(new TextDecoder().decode(bytes))) : '';
  const isSchema1 = manifest.kind === 'opaque' && text.includes('fsLayers');
  return { names: withAll([...typed.values()], digestsIn(`${text}\n${plain}`)), foreign, isSchema1 };
}

const NOT_AN_OBJECT = 'it is not a JSON object';

function parseJson(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
  } catch {
    return undefined; // the careful reading says what it is
  }
}
