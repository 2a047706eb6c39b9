import type { BadReference } from '../evidence/bad-reference.ts';
import { PlanError } from '../plan/errors.ts';

/** @throws REFERENCES_UNREADABLE naming all, and who has them: nothing was planned. */
export function assertReadable(bad: readonly BadReference[]): void {
  if (bad.length === 0) return;
  const lines = bad.map(({ reference, by, why }) => `${by.join(', ')}: ${JSON.stringify(reference)}: ${why}`);
  throw new PlanError(
    'REFERENCES_UNREADABLE',
    `reading the names of images in use: ${bad.length} can not be read, so nothing was planned and nothing changed:\n  ${lines.join('\n  ')}`,
  );
}
