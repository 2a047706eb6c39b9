import { makeStoreMark } from '../../flows/make-store-mark.ts';
import type { StoreMark } from '../../flows/store-mark.ts';
import type { StoreReader } from '../../systems/store/contract.ts';
import { startProgress } from '../progress.ts';
import { registryDrops } from './memory.ts';
import { surveyOptionsOf } from './run-store-plan.ts';
import type { Session } from './session.ts';

/** Looks at the storage and marks what something needs, for those who sweep it in parts. The storage is not changed. */
export async function makeMark(session: Session, store: StoreReader): Promise<StoreMark> {
  const { terminal, settings, log } = session;
  const { hardPrune, plan } = settings;
  const state = await session.state();
  const progress = startProgress(terminal, `reading ${store.name}`);
  const mark = await makeStoreMark(
    {
      store,
      nowMs: terminal.nowMs,
      policy: { ...hardPrune, leftoverAgeMs: hardPrune.minBlobAgeMs, deleteUntagged: false },
      thorough: hardPrune.thorough,
      survey: {
        ...surveyOptionsOf(session),
        onProgress: ({ repositories, blobs, manifests }) =>
          progress.update(blobs, `${repositories} repositories, ${manifests} manifests, ${blobs} blobs`),
      },
      drops: (repositories) => registryDrops(repositories, store.name, state, hardPrune.maxDropShare),
      expiresAfterMs: plan.expiresAfterMs,
      onExamined: (blobs) => progress.update(blobs, `${blobs} blobs looked at`),
    },
    terminal.signal,
  ).finally(() => progress.stop());
  const { blobs, tags, repositories } = mark.header.counts;
  if (mark.header.broken.length === 0 && mark.header.gaps.every(({ hides }) => hides !== 'existence'))
    await state.rememberCounts(`registry ${store.name}`, { tags, repositories }, terminal.nowMs());
  log.info('marked', { store: store.name, blobs, gaps: mark.header.gaps.length });
  return mark;
}
