import { makeStoreMark } from '../../flows/make-store-mark.ts';
import type { StoreMark } from '../../flows/store-mark.ts';
import type { Store } from '../../systems/store/contract.ts';
import { CodedError } from '../../util/pure/coded-error.ts';
import { startProgress } from '../progress.ts';
import { registryDrops } from './memory.ts';
import { surveyOptionsOf } from './run-store-plan.ts';
import type { Session } from './session.ts';

/**
 * Looks at the storage and marks what something needs, for those who sweep it in parts. Nothing of the registry's is changed; the storage is
 * asked for its time by a file of Winnow's own, which is gone before the look begins.
 */
export async function makeMark(session: Session, store: Store): Promise<StoreMark> {
  const { terminal, settings, log } = session;
  const { hardPrune, plan } = settings;
  const state = await session.state();
  const aheadMs = await aheadOf(store, session);
  const progress = startProgress(terminal, `reading ${store.name}`);
  const mark = await makeStoreMark(
    {
      store,
      nowMs: terminal.nowMs,
      ...(aheadMs !== undefined && { aheadMs }),
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

/** What a storage says that one may read, and not write. */
const notToBeAsked: ReadonlySet<string> = new Set([
  'STORE_NOT_WRITABLE',
  'STORE_QUARANTINE_ELSEWHERE',
  'STORE_WALK_FAILED', // what was written is not to be read again; of the registry's own files the look itself tells
]);

/** By how much the storage's own time is ahead, rounded down: a mark that seems to have begun earlier lets others look at more. */
async function aheadOf(store: Store, { terminal, log }: Session): Promise<number | undefined> {
  try {
    return Math.floor((await store.clockMs(terminal.signal)) - terminal.nowMs());
  } catch (failure) {
    if (!(failure instanceof CodedError) || !notToBeAsked.has(failure.code)) throw failure;
    log.warn('the mark goes by the clock of this machine', { why: failure.message });
    return undefined;
  }
}
