import type { SourceSummary } from '../evidence/evidence.ts';
import type { Gap } from '../evidence/gap.ts';
import type { ReasonCode } from '../policy/reason.ts';
import type { Action } from './action.ts';
import type { Limits } from './limits.ts';
import type { RepositoryCounts } from './repository-counts.ts';
import type { StoreCounts } from './store-counts.ts';

export type FlowName = 'reconcile' | 'prune' | 'hard-prune' | 'node-gc' | 'tag-rm';

/** A registry: host as in references, base URL without credentials. */
export interface RegistryScope {
  readonly host: string;
  readonly url: string;
}

/** A registry's storage: kind and place in one name (`distribution-fs:/var/lib/registry`), without credentials. */
export interface StoreScope {
  readonly name: string;
  /** The servers over it, and their cache, as they were named; without credentials. */
  readonly servers?: readonly string[];
  readonly cache?: string;
  /** Whether pushes go on while a plan is applied. */
  readonly mode?: 'online' | 'read-only';
}

/** What a run is about: a registry or a registry's storage, and whose cluster. */
export interface PlanScope {
  readonly cluster?: string;
  readonly registry?: RegistryScope;
  readonly store?: StoreScope;
}

/** The one system that a run changes: the name of its lease, and the beginning of the scope of all its resources. */
export function systemName({ registry, store }: PlanScope): string {
  return store?.name ?? registry?.host ?? '';
}

/** What {@link systemName} names. */
export function systemKind({ store }: PlanScope): 'registry' | 'store' {
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
  readonly keptByReason: Readonly<Partial<Record<ReasonCode, number>>>;
  readonly actionCount: number;
  readonly freesBytes: number;
}

export interface Plan {
  readonly header: PlanHeader;
  readonly actions: Iterable<Action>;
}
