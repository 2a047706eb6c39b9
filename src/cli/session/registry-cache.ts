import { openDescriptorCache } from '../../systems/descriptor-cache/index.ts';
import { readSetUp } from '../../systems/read-only-switch/index.ts';
import type { StoreReader } from '../../systems/store/contract.ts';
import { chooseCache } from './choose-cache.ts';
import { kubeSettings } from './read-only-switching.ts';
import type { Session } from './session.ts';

/** A session that knows which cache the registry is taken to have: it stands in its settings. */
export interface SessionWithCache extends Session {
  /** What says so, for the reader. */
  readonly cacheBecause: string;
}

/**
 * The session with the cache that was chosen in its settings.
 *
 * @param toRun - that something is to be done is known: what can't be reached is refused before it
 * @throws CACHE_CONTRADICTED, CACHE_CONFIG_INVALID, CACHE_ADDRESS_UNKNOWN, CACHE_UNREACHABLE
 */
export async function withCache(
  session: Session,
  { traits }: Pick<StoreReader, 'traits'>,
  toRun: boolean,
): Promise<SessionWithCache> {
  const { settings, terminal } = session;
  // What has no links has no cache of them either.
  if (!traits.layerLinks) return { ...session, cacheBecause: '' };
  const kube = kubeSettings(settings);
  const { cache, because, refusal } = await chooseCache(settings, (named) => readSetUp(named, kube, terminal.signal));
  if (toRun) {
    if (refusal !== undefined) throw refusal;
    const opened = await openDescriptorCache(cache);
    // Nothing is forgotten; but a Redis that does not answer, or wants another password, says so now.
    await opened.forgetBlobs([], terminal.signal).finally(() => opened.close());
  }
  return { ...session, settings: { ...settings, store: { ...settings.store, cache } }, cacheBecause: because };
}
