import type { Action } from '../../plan/action.ts';
import type { ImageApi } from '../../systems/cluster/contract.ts';
import type { IntegratedRegistry } from '../../systems/integrated-registry/contract.ts';
import type { GuardName } from '../outcome.ts';

/** What a run on OpenShift's images works on. */
export interface ImagesRun {
  readonly api: ImageApi;
  /** Absent: API objects only may go. */
  readonly registry?: IntegratedRegistry;
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** The decision made anew, from a look that was taken after the plan's. */
export interface DecidedAgain {
  /** When the look began. */
  readonly lookedAtMs: number;
  /** Why the target of an action stays by now; undefined: it would go, or is gone. */
  whyKept(action: Action): { readonly guard: GuardName; readonly why: string } | undefined;
  /** The digests in the histories of a stream, by its scope (`<image API>/<namespace>/<stream>`). */
  digestsIn(scope: string): ReadonlySet<string>;
}
