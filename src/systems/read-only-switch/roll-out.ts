import type { Json } from '../../util/kubernetes/kube-api.ts';
import { wait } from '../../util/wait.ts';
import { readOnlyFailure } from './failure.ts';
import type { SwitchApi } from './switch-api.ts';

export interface RollOutTiming {
  /** Between two looks, in milliseconds. */
  readonly pollMs: number;
  /** How long it may take at most. */
  readonly timeoutMs: number;
}

export const rollOutTiming: RollOutTiming = { pollMs: 2000, timeoutMs: 600_000 };

/**
 * Looks again and again until something is as it should be.
 *
 * @param look - `done`, or what is still missing, in words
 * @throws READ_ONLY_ROLL_OUT_FAILED with the last words
 */
export async function awaitRollOut(
  doing: string,
  { pollMs, timeoutMs }: RollOutTiming,
  look: () => Promise<'done' | { readonly missing: string; readonly isFinal?: boolean }>,
  signal: AbortSignal,
): Promise<void> {
  for (let waitedMs = 0; ; waitedMs += pollMs) {
    const seen = await look();
    if (seen === 'done') return;
    if (seen.isFinal === true) throw readOnlyFailure('READ_ONLY_ROLL_OUT_FAILED', `${doing}: ${seen.missing}`);
    if (waitedMs >= timeoutMs)
      throw readOnlyFailure('READ_ONLY_ROLL_OUT_FAILED', `${doing}: after ${timeoutMs / 1000} s ${seen.missing}`);
    await wait(pollMs, signal);
  }
}

/** Pods that are being ended still finish what they were asked, a push for instance: a roll-out does not count them. */
export async function endingPods(
  api: SwitchApi,
  namespace: string,
  selector: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const query = new URLSearchParams({ labelSelector: selector });
  const { items } = await api.get(`/api/v1/namespaces/${namespace}/pods?${query}`, signal);
  return (Array.isArray(items) ? (items as Json[]) : [])
    .map(({ metadata }) => metadata as { readonly name?: string; readonly deletionTimestamp?: string })
    .filter(({ deletionTimestamp }) => deletionTimestamp !== undefined)
    .map(({ name = '' }) => name);
}
