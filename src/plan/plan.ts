import type { BadReference } from '../evidence/bad-reference.ts';
import type { SourceSummary } from '../evidence/evidence.ts';
import type { Gap } from '../evidence/gap.ts';
import type { ReasonCode } from '../policy/reason.ts';
import type { Action } from './action.ts';
import type { FleetScope } from './fleet-scope.ts';
import type { ImageCounts } from './image-counts.ts';
import type { Limits } from './limits.ts';
import type { NodeCounts } from './node-counts.ts';
import type { PlanReferences } from './references.ts';
import type { RepositoryCounts } from './repository-counts.ts';
import type { StoreCounts } from './store-counts.ts';

export type FlowName = 'reconcile' | 'prune' | 'hard-prune' | 'node-gc' | 'node-fleet' | 'tag-rm';

/** A registry: host as in references, base URL without credentials. */
export interface RegistryScope {
  readonly host: string;
  readonly url: string;
}

/** A registry's storage: kind and place in one name (`distribution-fs:/var/lib/registry`), without credentials. */
export interface StoreScope {
  readonly name: string;
  /** How to open it again, where its name does not tell; without credentials. */
  readonly address?: string;
  /** The servers over it, and their cache, as they were named; without credentials. */
  readonly servers?: readonly string[];
  readonly cache?: string;
  /** Which cache they are taken to have, and what says so. */
  readonly cacheBecause?: string;
  /** Whether pushes go on while a plan is applied. */
  readonly mode?: 'online' | 'read-only';
}

/** OpenShift's image API, with the registry that stores what it describes. */
export interface ImageApiScope {
  /** `openshift:api.example:6443`; of saved objects `openshift:manifests:DIR`. */
  readonly name: string;
  /** The cluster as it was named to us: `openshift:?context=prod`. Without credentials. */
  readonly cluster: string;
  /** Base URL of the integrated registry; absent where only API objects may go. */
  readonly registryUrl?: string;
  /** The only namespace in which anything may go. */
  readonly namespace?: string;
}

/** A container runtime on a node. */
export interface NodeScope {
  /** The node's name. */
  readonly name: string;
  /** `cri:///run/containerd/containerd.sock`. */
  readonly runtime: string;
  /** The folder of its static pods, where that was read. */
  readonly staticPods?: string;
}

/** What a run is about: a registry, a registry's storage, an image API, a node or all nodes of a cluster, and whose cluster. */
export interface PlanScope {
  readonly cluster?: string;
  readonly registry?: RegistryScope;
  readonly store?: StoreScope;
  readonly images?: ImageApiScope;
  readonly node?: NodeScope;
  readonly fleet?: FleetScope;
}

/** The one system that a run changes: the name of its lease, and the beginning of the scope of all its resources. */
export function systemName({ registry, store, images, node, fleet, cluster }: PlanScope): string {
  if (fleet !== undefined) return cluster ?? fleet.name;
  return store?.name ?? images?.name ?? node?.runtime ?? registry?.host ?? '';
}

/** What {@link systemName} names. */
export function systemKind(scope: PlanScope): 'registry' | 'store' | 'image API' | 'runtime' | 'fleet' {
  const { store, images, node, fleet } = scope;
  if (fleet !== undefined) return 'fleet';
  if (node !== undefined) return 'runtime';
  if (images !== undefined) return 'image API';
  return store === undefined ? 'registry' : 'store';
}

/** All of a plan but its actions: the first line of the document. */
export interface PlanHeader {
  readonly winnow: 'plan/v1';
  /** `<flow>-<time>-<random>`; run ids are plan ids. */
  readonly id: string;
  readonly flow: FlowName;
  readonly scope: PlanScope;
  readonly madeAtMs: number;
  readonly expiresAtMs: number;
  /** Where the records came from, as it can be written on a command line; without credentials. */
  readonly records: readonly string[];
  readonly evidence: readonly SourceSummary[];
  readonly gaps: readonly Gap[];
  /** The policy as it stood in the settings, for the reader. */
  readonly policy: unknown;
  readonly limits: Limits;
  /** Limits that this plan breaks: it can be shown, not applied. */
  readonly broken: readonly string[];
  readonly repositories: readonly RepositoryCounts[];
  /** Of a registry's storage: what is there, and what becomes of its blobs. */
  readonly store?: StoreCounts;
  /** Of OpenShift's image API. */
  readonly images?: ImageCounts;
  /** Of a node. */
  readonly node?: NodeCounts;
  /** Of all nodes of a cluster: each one's own plan but its actions. */
  readonly fleet?: FleetCounts;
  /** What could not be read among the names of images in use, and what it keeps. */
  readonly badReferences?: readonly BadReference[];
  /** The clusters that were asked, as they can be written on a command line; without credentials. */
  readonly clusters?: readonly string[];
  /** How names of images in clusters were understood. */
  readonly references?: PlanReferences;
  /** Rules of the policy that no resource met, in words. */
  readonly idleRules?: readonly string[];
  readonly keptByReason: Readonly<Partial<Record<ReasonCode, number>>>;
  readonly actionCount: number;
  readonly freesBytes: number;
}

/** What the plan of a fleet holds of its nodes' own plans. Their actions stand behind each other in the order of {@link FleetCounts.nodes}. */
export interface FleetCounts {
  /** In order of names. */
  readonly nodes: readonly FleetNodePlan[];
  /** Nodes for which there is no plan, and why: those that failed are gaps as well. */
  readonly without: readonly { readonly node: string; readonly why: string }[];
}

/** The plan of one node, but its actions. */
export interface FleetNodePlan {
  readonly node: string;
  /** Of the cluster's Node object: a node that was made anew under the same name has another one. */
  readonly uid: string;
  /** Of the node's plan as a file, in hex: what is taken out of the fleet's plan again is this, to the byte. */
  readonly sha256: string;
  readonly header: PlanHeader;
}

export interface Plan {
  readonly header: PlanHeader;
  readonly actions: Iterable<Action>;
}
