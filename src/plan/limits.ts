import { PlanError } from './errors.ts';
import type { RepositoryCounts } from './repository-counts.ts';

/** The circuit breaker: what a single run may do at most. A plan beyond it is shown and not applied. */
export interface Limits {
  /** Tags removed in one run. */
  readonly maxDeletions?: number;
  /** Share (0 to 1) of all tags of the registry. Registries with fewer than {@link fewTags} tags are exempt. */
  readonly maxShare?: number;
  /** Share (0 to 1) of the tags of any one repository, with the same exemption. */
  readonly maxShareOfRepository?: number;
  /** Tags that must remain in each repository from which any is removed. */
  readonly minRemaining?: number;
  /** Share (0 to 1) of the blobs of a storage, and of their bytes: see {@link brokenStoreLimits} in `store-limits.ts`. */
  readonly maxDeleteRatio?: number;
}

/** Below this number a share says little: two of three tags is no accident. */
export const fewTags = 20;

export const defaultLimits: Limits = { maxShare: 0.9 };

/** @param what - is counted, in words. @returns a sentence for each limit that the counts break; empty when all is well. */
export function brokenLimits(
  limits: Limits,
  repositories: readonly RepositoryCounts[],
  what = 'tags',
): readonly string[] {
  const removed = repositories.reduce((sum, one) => sum + one.removed, 0);
  const found = repositories.reduce((sum, one) => sum + one.found, 0);
  const broken: string[] = [];

  if (limits.maxDeletions !== undefined && removed > limits.maxDeletions)
    broken.push(`maxDeletions: ${removed} ${what} would go, more than ${limits.maxDeletions}`);
  if (limits.maxShare !== undefined && found >= fewTags && removed > found * limits.maxShare)
    broken.push(`maxShare: ${removed} of ${found} ${what} would go, more than ${percent(limits.maxShare)}`);
  for (const one of repositories) {
    if (one.removed === 0) continue;
    const { maxShareOfRepository: share, minRemaining } = limits;
    if (share !== undefined && one.found >= fewTags && one.removed > one.found * share)
      broken.push(
        `maxShareOfRepository: ${one.removed} of ${one.found} ${what} of ${one.repository} would go, more than ${percent(share)}`,
      );
    if (minRemaining !== undefined && one.found - one.removed < minRemaining)
      broken.push(
        `minRemaining: ${one.found - one.removed} ${what} of ${one.repository} would remain, fewer than ${minRemaining}`,
      );
  }
  return broken;
}

/** @throws LIMIT_EXCEEDED when any limit is broken: nothing is deleted. */
export function assertWithinLimits(broken: readonly string[]): void {
  if (broken.length === 0) return;
  throw new PlanError(
    'LIMIT_EXCEEDED',
    `checking the plan against its limits: ${broken.join('; ')}; nothing was deleted`,
  );
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(1))} %`;
}
