import type { Bases } from './bases.ts';
import type { Draft } from './draft.ts';
import { makeImage, makeLayer } from './image.ts';
import { pick } from './special-images.ts';
import type { Work } from './transient.ts';

const DAY = 86_400_000;

/** Records that a reconciler must not take at their word. */
export function addSpecialRecords(draft: Draft, bases: Bases, works: readonly Work[]): void {
  // Done with, and in use again under another record: in use.
  const retried = pick(works, 'opschain/workflow', 'inactive');
  draft.record(retried.repository, retried.tag, 'running');
  // Done with, but in repositories where records have no say.
  draft.record('agents/ansible', '11.0', 'success', draft.ago(90 * DAY));
  draft.record('agents/terraform', '1.5', 'cancelled', draft.ago(120 * DAY));
  draft.record('limepoint/base', 'bullseye', 'success', draft.ago(150 * DAY));
  draft.record('sandbox/experiments', 'tmp', 'error', draft.ago(14 * DAY));
  // The tag is gone already.
  draft.record('opschain/change', 'change-00000000', 'success', draft.ago(100 * DAY));
  addMigration(draft, bases);
}

/** A repository of whose records half have a status that nobody has explained: each may mean that the image is in use. */
function addMigration(draft: Draft, bases: Bases): void {
  const repository = draft.repository('opschain/migration', 'transient');
  const random = draft.random('opschain/migration');
  const statuses = ['quarantined', 'running', 'handed-over', 'waiting', 'quarantined', 'running'];
  statuses.forEach((status, n) => {
    const at = draft.ago((60 - n * 8) * DAY);
    const own = makeLayer(draft.shelf, random, `wave-${n + 1}`, 50_000);
    repository.tag(`wave-${n + 1}`, makeImage(draft.shelf, { layers: [...bases.alpine.amd64, own], created: at }), at);
    draft.record(repository.name, `wave-${n + 1}`, status);
  });
}
