import { firstClaims } from '../evidence/claims.ts';
import type { Evidence } from '../evidence/evidence.ts';
import type { Gap } from '../evidence/gap.ts';
import type { ResourceId } from '../evidence/resource.ts';
import type { Source } from '../evidence/sink.ts';
import type { DamageView } from '../graph/damage.ts';
import { buildGraph, reverseGraph } from '../graph/graph.ts';
import { childBlobs, partsOf } from '../graph/parts.ts';
import type { Digest } from '../oci/digest.ts';
import type { RegistryReader } from '../systems/registry/contract.ts';
import { CodedError } from '../util/pure/coded-error.ts';
import { survey } from './survey.ts';

export interface RegistryLookInput {
  readonly registry: RegistryReader;
  /** Requests at a time. */
  readonly concurrency: number;
  readonly nowMs: () => number;
  readonly onProgress?: (words: string) => void;
}

/** A registry as it was just seen, and which blobs it does not have where they are needed. */
export interface RegistryUnderCheck {
  readonly evidence: Evidence;
  readonly view: DamageView;
  /** Blobs on which there was no answer. */
  readonly notAnswered: readonly Gap[];
}

/** Reads all that tags lead to, and asks for each blob of it. */
export async function registryUnderCheck(
  input: RegistryLookInput,
  source: Source,
  signal: AbortSignal,
): Promise<RegistryUnderCheck> {
  const { registry, nowMs } = input;
  const { evidence } = await survey([source], nowMs, signal);
  const graph = buildGraph(evidence.resources.size, evidence.edges);
  const base = { evidence, graph, anyRepository: false };
  const notAnswered: Gap[] = [];
  const missing = await missingBlobs(input, base, notAnswered, signal);
  const isMissing = (manifest: ResourceId, blob: ResourceId) => missing.has(pairOf(evidence, manifest, blob));
  const held = firstClaims(evidence.holds);
  const view: DamageView = {
    ...base,
    keepers: reverseGraph(graph),
    name: registry.host,
    tagWithoutTarget: 'tag-without-manifest',
    dataOf: () => 'there',
    partOf: (manifest, blob) => (isMissing(manifest, blob) ? ['blob-without-data'] : []),
    isListed: (index, child) => !isMissing(index, child),
    unreadable: unreadableIn(evidence),
    isUnseen: (id) => held.has(id),
  };
  return { evidence, view, notAnswered };
}

type Base = Pick<DamageView, 'evidence' | 'graph' | 'anyRepository'>;

/** A repository and a blob, as one number. */
function pairOf({ resources }: Evidence, manifest: ResourceId, blob: ResourceId): number {
  return resources.scopeNumber(manifest) * resources.size + blob;
}

/** What repositories do not have of what they need. @param notAnswered - gets what is not known */
async function missingBlobs(
  { registry, concurrency, onProgress }: RegistryLookInput,
  base: Base,
  notAnswered: Gap[],
  signal: AbortSignal,
): Promise<ReadonlySet<number>> {
  const { evidence } = base;
  const { resources } = evidence;
  const missing = new Set<number>();
  const queue = neededBlobs(base);
  let asked = 0;
  const work = async (): Promise<void> => {
    for (const [manifest, blob] of queue) {
      const scope = resources.scope(manifest);
      const answer = await sizeOf(
        registry,
        scope.slice(registry.host.length + 1),
        resources.key(blob) as Digest,
        signal,
      );
      if (answer === undefined) missing.add(pairOf(evidence, manifest, blob));
      else if (answer instanceof CodedError) notAnswered.push(gapOf(registry, scope, answer));
      asked += 1;
      onProgress?.(`${asked} blobs asked for`);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  return missing;
}

/** Each blob once for each repository that needs it. What is only known to lie elsewhere does not exist, as far as sources say. */
function* neededBlobs(base: Base): Generator<readonly [manifest: ResourceId, blob: ResourceId]> {
  const { evidence } = base;
  const seen = new Set<number>();
  for (let id = 0; id < evidence.resources.size; id += 1) {
    if (evidence.resources.kind(id) !== 'manifest' || !evidence.exists(id)) continue;
    for (const blob of blobsOf(base, id)) {
      const pair = pairOf(evidence, id, blob);
      if (!evidence.exists(blob) || seen.has(pair)) continue;
      seen.add(pair);
      yield [id, blob];
    }
  }
}

function* blobsOf(base: Base, manifest: ResourceId): Generator<ResourceId> {
  yield* partsOf(base, manifest);
  for (const child of childBlobs(base, manifest))
    if (child.blob !== undefined && (child.manifest === undefined || !base.evidence.exists(child.manifest)))
      yield child.blob;
}

/** `undefined`: it is not there. An error: nobody knows. */
async function sizeOf(
  registry: RegistryReader,
  repository: string,
  digest: Digest,
  signal: AbortSignal,
): Promise<number | CodedError | undefined> {
  try {
    return await registry.blobSize(repository, digest, signal);
  } catch (thrown) {
    if (signal.aborted || !(thrown instanceof CodedError)) throw thrown;
    return thrown;
  }
}

function gapOf(registry: RegistryReader, scope: string, { message, hint }: CodedError): Gap {
  const gap: Gap = { scope, hides: 'existence', source: `registry ${registry.host}`, cause: message };
  return hint === undefined ? gap : { ...gap, hint };
}

/** Manifests that came, and can't be read. What did not come is unseen. */
function unreadableIn({ resources, gaps }: Evidence): (manifest: ResourceId) => string | undefined {
  const causes = new Map<ResourceId, string>();
  for (const { scope, cause } of gaps) {
    const [, digest, because] = /^reading the manifest \S+@(sha(?:256|512):[0-9a-f]+): (.*)$/.exec(cause) ?? [];
    const manifest = digest === undefined ? undefined : resources.find('manifest', scope, digest);
    if (manifest !== undefined && because !== undefined) causes.set(manifest, because);
  }
  return (manifest) => causes.get(manifest);
}
