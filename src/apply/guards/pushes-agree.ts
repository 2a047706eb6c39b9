import type { Push, PushTimes } from '../../evidence/push-times.ts';
import { repositoryIn } from '../../evidence/resource.ts';
import { isDigest } from '../../oci/digest.ts';
import type { Action } from '../../plan/action.ts';
import type { Guard } from '../doer.ts';
import { askedLately } from './asked-lately.ts';
import { failClosed } from './fail-closed.ts';

/** What a registry has told of pushes, at this moment. */
export interface PushesNow {
  readonly pushes: PushTimes;
  /** Why a push since the plan was made may be missing here; undefined where none is. */
  readonly hole?: string | undefined;
}

export interface PushesAgreeOptions {
  /** Reads anew what the registry told. */
  readonly read: (signal: AbortSignal) => Promise<PushesNow>;
  /** Pushes from this moment on count, by the registry's clock, under whatever name: the plan may not have known of them. */
  readonly sinceMs: number;
  /**
   * From here on those of the target itself count: the plan would have held it, had it been told of them in time. A registry may tell late.
   * Before {@link sinceMs}.
   */
  readonly heldSinceMs: number;
  readonly nowMs: () => number;
  /** How old an answer may be, at least. */
  readonly maxAgeMs: number;
}

export interface PushesGuard {
  /** Holds back what was pushed since the plan was made, by its name or by its digest. What can't be read holds back all. */
  readonly guard: Guard;
  /** Reads, unless that was done a moment ago. @throws what can't be read of what the settings name */
  readonly ask: (signal: AbortSignal) => Promise<PushesNow>;
}

/**
 * Has pushes looked at again while a plan is applied. A push of what is there already changes nothing that could be seen in the registry;
 * still, whoever made it is about to use it.
 */
export function pushesAgree(options: PushesAgreeOptions): PushesGuard {
  const ask = askedLately(options);
  const guard = failClosed(async (action, signal) => {
    const { pushes, hole } = await ask(signal);
    if (hole !== undefined) return { result: 'skipped', guard: 'evidence-stale', why: hole };
    const push = pushOf(pushes, action, options);
    return push === undefined ? undefined : { result: 'skipped', guard: 'pushed-since', why: wordsOf(push) };
  });
  return { guard, ask };
}

function pushOf(
  pushes: PushTimes,
  { target: { kind, scope, key }, expects }: Action,
  { sinceMs, heldSinceMs }: Pick<PushesAgreeOptions, 'sinceMs' | 'heldSinceMs'>,
): Push | undefined {
  const repository = repositoryIn(scope);
  const byDigest = (digest: string | undefined) =>
    digest !== undefined && isDigest(digest) ? pushes.ofManifest(repository, digest) : undefined;
  const own = kind === 'tag' ? pushes.ofTag(repository, key) : byDigest(key);
  if (own !== undefined && own.atMs >= heldSinceMs) return own;
  const image = byDigest(expects.digest);
  return image !== undefined && image.atMs >= sinceMs ? image : undefined;
}

function wordsOf({ atMs, through }: Push): string {
  const at = `pushed since, ${new Date(atMs).toISOString()}`;
  return through === '' ? at : `${at}, through ${through}`;
}
