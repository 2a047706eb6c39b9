import { collectEvidence, type Evidence } from '../../../src/evidence/evidence.ts';
import type { ResourceId } from '../../../src/evidence/resource.ts';
import { type About, edgeKinds, type Source } from '../../../src/evidence/sink.ts';
import type { Contents } from './contents.ts';

/** What a source of a store said, in the words of its world. */
export interface EvidenceWords {
  /** `app:v1`, `app:A.sig` (a referrer tag), `app@A`, `x` (a blob), `repository app`, `upload app/u1`, all that exist, sorted. */
  readonly there: readonly string[];
  /** `app:v1 -tag-> app@A`, sorted. */
  readonly edges: readonly string[];
  /** Scopes of gaps (without the store's name) and what came back. */
  readonly gaps: readonly string[];
  readonly held: readonly string[];
  about(thing: string): About | undefined;
  /** Edges that begin or end at a thing. */
  of(thing: string): readonly string[];
  readonly evidence: Evidence;
}

/** @param storeName - scope of the store's blobs; it is left out of all words */
export async function surveyInWords(
  source: Source,
  storeName: string,
  contents: Contents,
  signal: AbortSignal = new AbortController().signal,
): Promise<EvidenceWords> {
  const { sink, evidence } = collectEvidence();
  await source.survey(sink, signal);
  const word = (id: ResourceId): string => {
    const { kind, scope, key } = evidence.resources.at(id);
    const repository = scope === storeName ? '' : scope.slice(storeName.length + 1);
    const name = key.replace(/sha(256:[0-9a-f]{64}|512:[0-9a-f]{128})/, (digest) => contents.nameOf(digest));
    if (kind === 'blob') return name;
    if (kind === 'tag')
      return `${repository}:${name.replace(/^sha256-([0-9a-f]{64})/, (_, hex) => contents.nameOf(`sha256:${hex}`))}`;
    if (kind === 'manifest') return `${repository}@${name}`;
    return `${kind} ${repository === '' ? name : `${repository}/${name}`}`;
  };
  const ids = Array.from({ length: evidence.resources.size }, (_, id) => id);
  const things = new Map(ids.filter((id) => evidence.exists(id)).map((id) => [word(id), id]));
  const { from, to, kinds, length } = evidence.edges;
  const edges = Array.from({ length }, (_, n) => `${word(from[n]!)} -${edgeKinds[kinds[n]!]}-> ${word(to[n]!)}`).sort();
  return {
    there: [...things.keys()].sort(),
    edges,
    gaps: evidence.gaps.map(({ scope, hides, cause }) => `${scope.slice(storeName.length + 1)} ${hides}: ${cause}`),
    held: Array.from(evidence.holds.resources.slice(0, evidence.holds.length), (id) => word(id)),
    about: (thing) => (things.has(thing) ? evidence.about(things.get(thing)!) : undefined),
    of: (thing) => edges.filter((edge) => edge.startsWith(`${thing} -`) || edge.endsWith(`-> ${thing}`)),
    evidence,
  };
}
