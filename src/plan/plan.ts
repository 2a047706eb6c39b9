import type { SourceSummary } from '../evidence/evidence.ts';
import type { Gap } from '../evidence/gap.ts';
import type { ReasonCode } from '../policy/reason.ts';
import type { Action } from './action.ts';
import type { Limits } from './limits.ts';
import type { RepositoryCounts } from './repository-counts.ts';

export type FlowName = 'reconcile' | 'prune' | 'hard-prune' | 'node-gc' | 'tag-rm';

/** What a run is about: which registry (host as in references, base URL without credentials), and whose cluster. */
export interface PlanScope {
  readonly cluster?: string;
  readonly registry: { readonly host: string; readonly url: string };
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
  readonly keptByReason: Readonly<Partial<Record<ReasonCode, number>>>;
  readonly actionCount: number;
  readonly freesBytes: number;
}

export interface Plan {
  readonly header: PlanHeader;
  readonly actions: Iterable<Action>;
}
