import type { Evidence } from '../evidence/evidence.ts';
import type { ResourceId } from '../evidence/resource.ts';
import type { DamageView } from '../graph/damage.ts';
import type { DamageKind } from '../graph/damage-kinds.ts';
import { buildGraph, keptBy, reverseGraph } from '../graph/graph.ts';
import { childBlobs, partsOf } from '../graph/parts.ts';
import { algorithmOf, type Digest, digestsIn } from '../oci/digest.ts';
import type { StoreReader } from '../systems/store/contract.ts';
import { LinkTable } from './link-table.ts';
import { survey } from './survey.ts';

export interface StoreLookInput {
  readonly store: StoreReader;
  readonly survey: { readonly readers?: number };
  readonly nowMs: () => number;
  readonly onProgress?: (words: string) => void;
}

/** A link that leads to no data, or says nothing. */
export interface IdleLink {
  readonly repository: string;
  readonly digest: string;
}

/** A storage as it was just seen: what there is, and how each thing that a manifest needs is to be had. */
export interface StoreUnderCheck {
  /** Of the store. */
  readonly name: string;
  readonly evidence: Evidence;
  readonly view: DamageView;
  /** Links that no manifest was found to need. To be asked once the damage was looked for. */
  idleLinks(): readonly IdleLink[];
}

/** Reads a storage from end to end, and looks closely at all that anything needs. @throws STORE_WALK_FAILED */
export async function storeUnderCheck(input: StoreLookInput, signal: AbortSignal): Promise<StoreUnderCheck> {
  const { store, nowMs } = input;
  const told = (words: string) => input.onProgress?.(words);
  const sources = [
    store.source({
      ...input.survey,
      historySinceMs: nowMs(), // what a tag stood for before need not be there
      onProgress: ({ repositories, manifests, blobs }) =>
        told(`${repositories} repositories, ${manifests} manifests, ${blobs} blobs`),
    }),
    store.leftovers(),
  ];
  const { evidence } = await survey(sources, nowMs, signal);
  const graph = buildGraph(evidence.resources.size, evidence.edges);
  const base = { evidence, graph, anyRepository: !store.traits.layerLinks };
  const looked = await lookAtData(store, base, told, signal);
  const hidden = await hiddenIn(store, evidence, signal);
  const idle = idleLinksIn(evidence, store.name);
  const states = partStates({ store, evidence, looked, hidden, idle });
  const view: DamageView = {
    ...base,
    keepers: reverseGraph(graph),
    name: store.name,
    tagWithoutTarget: 'tag-unreadable',
    dataOf: (blob) => (looked.hasData(blob) ? 'there' : hidden.has(blob) ? 'hidden' : 'missing'),
    partOf: states.partOf,
    isListed: (index, child) => states.partOf(index, child).length === 0,
    unreadable: unreadableIn(evidence),
    isUnseen: () => false,
  };
  const idleLinks = () => [...idle].filter(([key]) => !states.needed.has(key)).map(([, link]) => link);
  return { name: store.name, evidence, view, idleLinks };
}

const WHOLE = 1;
const HOLLOW = 2;
/** The one blob that may have no bytes. */
const OF_NOTHING = 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

interface Looked {
  /** What content that is named by another algorithm is stored as. */
  readonly storedAs: (blob: ResourceId) => ResourceId;
  readonly hasData: (blob: ResourceId) => boolean;
  /** Its data has no bytes, and should have: so a full disk or a crash leaves it. */
  readonly isHollow: (blob: ResourceId) => boolean;
  readonly hasLink: (scope: string, blob: ResourceId) => boolean;
}

/** Which of all that is needed has data, and which repositories have links to it. */
async function lookAtData(
  store: StoreReader,
  base: Pick<DamageView, 'evidence' | 'graph' | 'anyRepository'>,
  told: (words: string) => void,
  signal: AbortSignal,
): Promise<Looked> {
  const { resources } = base.evidence;
  const data = new Uint8Array(resources.size);
  const links = new LinkTable();
  const aliased = new Set<string>();
  const needed = neededBlobs(base, aliased);
  let count = 0;
  for await (const { digest, sizeBytes, linkedBy } of store.examine(
    digestsOf(base.evidence, needed),
    store.traits.layerLinks,
    signal,
  )) {
    const blob = resources.find('blob', store.name, digest);
    if (blob === undefined) throw new Error(`the store speaks of ${digest}, which nobody asked for`);
    data[blob] = sizeBytes === 0 && digest !== OF_NOTHING ? HOLLOW : WHOLE;
    for (const repository of linkedBy) links.add(blob, repository);
    count += 1;
    if (count % 1000 === 0) told(`${count} blobs looked at`);
  }
  for (const pair of store.traits.layerLinks ? aliased : []) {
    const [repository = '', digest = ''] = pair.split(' ');
    const blob = resources.find('blob', store.name, digest);
    const link = await store.layerLink(repository, digest as Digest, signal);
    if (blob !== undefined && link !== undefined) links.add(blob, repository);
  }
  links.seal();
  const stored = (blob: ResourceId) => storedAs(base, blob);
  return {
    storedAs: stored,
    hasData: (blob) => (data[stored(blob)] as number) > 0,
    isHollow: (blob) => data[stored(blob)] === HOLLOW,
    hasLink: (scope, blob) => links.has(blob, scope.slice(store.name.length + 1)),
  };
}

function storedAs(
  { evidence: { resources }, graph }: Pick<DamageView, 'evidence' | 'graph'>,
  blob: ResourceId,
): ResourceId {
  if (algorithmOf(resources.key(blob) as Digest) === 'sha256') return blob;
  for (const { id, as } of keptBy(graph, blob)) if (as === 'alias') return id;
  return blob;
}

/** Configs, layers, data of manifests, what indexes list. @param aliased - gets what is named by another algorithm, by repository */
function neededBlobs(base: Pick<DamageView, 'evidence' | 'graph' | 'anyRepository'>, aliased: Set<string>): Uint8Array {
  const { evidence, graph } = base;
  const { resources } = evidence;
  const needed = new Uint8Array(resources.size);
  const need = (manifest: ResourceId, blob: ResourceId) => {
    needed[storedAs(base, blob)] = 1;
    const digest = resources.key(blob) as Digest;
    if (algorithmOf(digest) !== 'sha256')
      aliased.add(`${repositoryOf(resources.scope(manifest), resources.scope(blob))} ${digest}`);
  };
  for (let id = 0; id < resources.size; id += 1) {
    if (resources.kind(id) !== 'manifest' || !evidence.exists(id)) continue;
    for (const { id: blob, as } of keptBy(graph, id)) if (as === 'link') needed[blob] = 1;
    for (const part of partsOf(base, id)) need(id, part);
    for (const { blob } of childBlobs(base, id)) if (blob !== undefined) needed[storedAs(base, blob)] = 1;
  }
  return needed;
}

function repositoryOf(scope: string, storeName: string): string {
  return scope.slice(storeName.length + 1);
}

function* digestsOf({ resources }: Evidence, wanted: Uint8Array): Generator<Digest> {
  for (let id = 0; id < wanted.length; id += 1) {
    if (wanted[id] !== 1 || resources.kind(id) !== 'blob') continue;
    const digest = resources.key(id) as Digest;
    if (algorithmOf(digest) === 'sha256') yield digest;
  }
}

async function hiddenIn(
  store: StoreReader,
  { resources }: Evidence,
  signal: AbortSignal,
): Promise<ReadonlySet<ResourceId>> {
  const hidden = new Set<ResourceId>();
  for await (const { digest, state } of store.pending(signal)) {
    const blob = state === 'hidden' ? resources.find('blob', store.name, digest) : undefined;
    if (blob !== undefined) hidden.add(blob);
  }
  return hidden;
}

function idleLinksIn({ resources, exists }: Evidence, name: string): ReadonlyMap<string, IdleLink> {
  const idle = new Map<string, IdleLink>();
  for (let id = 0; id < resources.size; id += 1) {
    if (resources.kind(id) !== 'layer-link' || !exists(id)) continue;
    const [scope, digest] = [resources.scope(id), resources.key(id)];
    idle.set(`${scope} ${digest}`, { repository: repositoryOf(scope, name), digest });
  }
  return idle;
}

interface PartStatesInput {
  readonly store: StoreReader;
  readonly evidence: Evidence;
  readonly looked: Looked;
  readonly hidden: ReadonlySet<ResourceId>;
  readonly idle: ReadonlyMap<string, unknown>;
}

/** How a part is to be had in a repository. `needed`: links that say nothing, or lead nowhere, and that a manifest needs. */
function partStates({ store, evidence, looked, hidden, idle }: PartStatesInput) {
  const { resources } = evidence;
  const needed = new Set<string>();
  const partOf = (manifest: ResourceId, blob: ResourceId): readonly DamageKind[] => {
    const scope = resources.scope(manifest);
    const key = idle.size === 0 ? '' : `${scope} ${resources.key(blob)}`;
    const isIdle = idle.has(key);
    if (isIdle) needed.add(key);
    const stored = idle.size === 0 ? '' : `${scope} ${resources.key(looked.storedAs(blob))}`;
    if (idle.has(stored)) needed.add(stored);
    const isThere = looked.hasData(blob);
    if (!isThere && !hidden.has(looked.storedAs(blob))) return ['blob-without-data'];
    const data: readonly DamageKind[] = isThere ? contentOf(looked, blob) : ['data-hidden'];
    if (!store.traits.layerLinks) return data;
    if (isThere && isIdle) return [...data, 'link-empty'];
    return isIdle || looked.hasLink(scope, blob) ? data : [...data, 'link-missing'];
  };
  return { partOf, needed };
}

function contentOf(looked: Looked, blob: ResourceId): readonly DamageKind[] {
  return looked.isHollow(blob) ? ['wrong-content'] : [];
}

/** Manifests of which a gap says that they can't be read, and why. */
function unreadableIn({ resources, gaps, exists }: Evidence): (manifest: ResourceId) => string | undefined {
  const causes = new Map<ResourceId, string>();
  for (const { scope, cause, hides } of gaps) {
    if (hides !== 'references') continue;
    for (const digest of digestsIn(cause)) {
      const manifest = resources.find('manifest', scope, digest);
      if (manifest !== undefined && exists(manifest)) causes.set(manifest, cause.slice(cause.indexOf(': ') + 2));
    }
  }
  return (manifest) => causes.get(manifest);
}
