import { covers } from '../../evidence/gap.ts';
import type { Digest } from '../../oci/digest.ts';
import type { Action } from '../../plan/action.ts';
import type { Guard } from '../doer.ts';
import type { Outcome } from '../outcome.ts';
import { askedLately } from './asked-lately.ts';
import { failClosed } from './fail-closed.ts';
import type { UsesNow } from './uses-now.ts';

export interface UsesAgreeOptions {
  /** Asks all clusters anew. */
  readonly read: (signal: AbortSignal) => Promise<UsesNow>;
  /** The digest of the config of an image, where it has one: some runtimes name an image by that alone. */
  readonly configOf: (scope: string, manifest: string, signal: AbortSignal) => Promise<Digest | undefined>;
  readonly nowMs: () => number;
  /** How old an answer may be, at least. */
  readonly maxAgeMs: number;
}

export interface UsesGuard {
  /** Holds back what a cluster uses by now. A cluster that can't be asked holds back all that it may hold. */
  readonly guard: Guard;
  /** Asks the clusters unless there is a fresh answer. @throws what a cluster refuses for: settings that are wrong */
  readonly ask: (signal: AbortSignal) => Promise<UsesNow>;
}

/** Has the clusters asked again while a plan is applied. */
export function usesAgree(options: UsesAgreeOptions): UsesGuard {
  const ask = askedLately(options);
  return { guard: failClosed(async (action, signal) => compare(await ask(signal), options, action, signal)), ask };
}

async function compare(
  now: UsesNow,
  { configOf }: UsesAgreeOptions,
  { target, expects }: Action,
  signal: AbortSignal,
): Promise<Outcome | undefined> {
  const gap = now.gaps.find((one) => one.hides === 'holds' && covers(one.scope, target.scope));
  if (gap !== undefined) return { result: 'skipped', guard: 'evidence-stale', why: `${gap.source}: ${gap.cause}` };
  const digest = target.kind === 'manifest' ? target.key : expects.digest;
  const used =
    (target.kind === 'tag' ? now.userOfTag(target.scope, target.key) : undefined) ??
    (digest === undefined ? undefined : now.userOfDigest(digest)) ??
    now.userByBadName(target.scope, digest);
  if (used !== undefined) return { result: 'skipped', guard: 'in-use-again', why: used };
  if (digest === undefined || !now.namesConfigs) return undefined;
  const config = await configOf(target.scope, digest, signal);
  const why = config === undefined ? undefined : now.userOfDigest(config);
  return why === undefined ? undefined : { result: 'skipped', guard: 'in-use-again', why };
}
