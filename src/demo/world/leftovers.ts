import type { Draft } from './draft.ts';
import { makeLayer } from './image.ts';

const DAY = 86_400_000;

/** What failed pushes and earlier clean-ups leave in a store. */
export function addLeftovers(draft: Draft): void {
  const stray = draft.random('stray layers');
  for (let n = 1; n <= 4; n += 1) {
    const { descriptor } = makeLayer(draft.shelf, stray, `broken-build-${n}`, 60_000);
    draft
      .repository('opschain/change')
      .strayBlobs.push({ digest: descriptor.digest, pushedAt: draft.ago(n * 20 * DAY) });
  }
  const loose = draft.random('loose blobs');
  for (let n = 1; n <= 6; n += 1) {
    const { descriptor } = makeLayer(draft.shelf, loose, `forgotten-${n}`, 60_000);
    draft.looseBlobs.push({ digest: descriptor.digest, pushedAt: draft.ago(n * 25 * DAY) });
  }
  const uploads = draft.random('uploads');
  for (const days of [23, 9, 0.01]) {
    const uuid = `${uploads.hex(8)}-${uploads.hex(4)}-4${uploads.hex(3)}-8${uploads.hex(3)}-${uploads.hex(12)}`;
    draft
      .repository('opschain/step-runner')
      .uploads.push({ uuid, startedAt: draft.ago(days * DAY), bytes: uploads.bytes(30_000) });
  }
}
