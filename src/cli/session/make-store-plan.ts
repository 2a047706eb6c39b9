import { type PlannedStore, planStore } from '../../flows/plan-store.ts';
import type { PlanStoreInput } from '../../flows/plan-store-input.ts';
import type { StoreScope } from '../../plan/plan.ts';
import type { StoreReader } from '../../systems/store/contract.ts';
import { formatStoreAddress, parseStoreAddress } from '../../systems/store/index.ts';
import { startProgress } from '../progress.ts';
import { isRedacted, redactedCache } from './choose-cache.ts';
import { newPlanId } from './ids.ts';
import { registryDrops, rememberRegistry } from './memory.ts';
import type { SessionWithCache } from './registry-cache.ts';
import { replicaUrls } from './replicas.ts';
import { surveyOptionsOf } from './run-store-plan.ts';
import type { Session } from './session.ts';
import { noHolders, openHolders, type StoreHolders } from './store-holders.ts';
import type { Sweep } from './sweep.ts';

export interface StorePlanOptions extends Pick<Sweep, 'shard' | 'shared'> {
  readonly withRepositories: boolean;
  /** By how much the store's own time is ahead; in a dry run, which writes nothing there, it is taken for none. */
  readonly aheadMs?: number;
}

/** Looks at the storage and decides what `hard-prune` would do. The storage is not changed. */
export async function makeStorePlan(
  session: SessionWithCache,
  store: StoreReader,
  options: StorePlanOptions,
): Promise<PlannedStore> {
  const { terminal, settings, log } = session;
  const state = await session.state();
  const holders = settings.hardPrune.deleteUntagged ? await openHolders(session, store) : noHolders;
  const progress = startProgress(terminal, `reading ${store.name}`);
  const planned = await planStore(
    {
      ...inputOf(session, store, holders, options),
      onExamined: (blobs) => progress.update(blobs, `${blobs} blobs looked at`),
      survey: {
        ...surveyOptionsOf(session),
        onProgress: ({ repositories, blobs, manifests }) =>
          progress.update(blobs, `${repositories} repositories, ${manifests} manifests, ${blobs} blobs`),
      },
      drops: async (repositories) =>
        options.shared?.broken ??
        (await registryDrops(repositories, store.name, state, settings.hardPrune.maxDropShare)),
    },
    terminal.signal,
  ).finally(() => progress.stop());
  const { header } = planned.plan;
  // Who shares a mark has seen no repositories: they are remembered by who made it.
  if (header.broken.length === 0 && options.shared === undefined)
    await rememberRegistry(header, state, terminal.nowMs());
  await holders.remember(terminal.nowMs());
  log.info('planned', {
    plan_id: header.id,
    store: store.name,
    actions: header.actionCount,
    gaps: header.gaps.length,
    bytes: header.freesBytes,
  });
  return planned;
}

function inputOf(
  session: SessionWithCache,
  store: StoreReader,
  holders: StoreHolders,
  { withRepositories, shard, shared, aheadMs = 0 }: StorePlanOptions,
): Omit<PlanStoreInput, 'survey' | 'drops'> {
  const { terminal, settings } = session;
  const { hardPrune, cluster } = settings;
  const isReadOnly = hardPrune.mode === 'read-only';
  return {
    id: newPlanId('hard-prune', terminal.nowMs()),
    scope: { ...(cluster === undefined ? {} : { cluster }), store: storeScope(session, store) },
    store,
    holders: holders.sources,
    holdersShown: settings.records.map(({ shown }) => shown),
    ...(hardPrune.deleteUntagged && {
      clustersShown: settings.clusters.map(({ shown }) => shown),
      references: settings.references,
    }),
    policy: {
      ...hardPrune,
      leftoverAgeMs: isReadOnly ? hardPrune.minBlobAgeMs : Math.max(hardPrune.minBlobAgeMs, HOUR_MS),
    },
    isReadOnly,
    thorough: hardPrune.thorough,
    withRepositories,
    ...(shard === undefined ? {} : { shard }),
    ...(shared === undefined ? {} : { sharedMark: { beganAtMs: shared.mark.beganAtMs, counts: shared.counts } }),
    keepManifestData: keepsManifestData(session, store),
    maxDeleteRatio: hardPrune.maxDeleteRatio,
    expiresAfterMs: settings.plan.expiresAfterMs,
    nowMs: terminal.nowMs,
    aheadMs,
  };
}

/** What a plan's reader needs to reach the storage and its servers again. Of a cache the password is left out: it has to be named anew. */
function storeScope({ settings, cacheBecause }: SessionWithCache, { name, traits }: StoreReader): StoreScope {
  const { address, cache } = settings.store;
  const shown = address === undefined ? name : formatStoreAddress(parseStoreAddress(address));
  return {
    name,
    ...(shown === name || address?.startsWith('s3:') !== true ? {} : { address: shown }),
    ...{ servers: replicaUrls(settings), mode: settings.hardPrune.mode },
    ...{ cache: redactedCache(cache), ...(traits.layerLinks && { cacheBecause }) },
  };
}

/** A server that remembers manifests takes a later push of one without writing it: those in memory can not be told to forget them. */
function keepsManifestData({ settings }: Session, { traits }: StoreReader): boolean {
  const { hardPrune, store } = settings;
  const inMemory =
    store.cache === 'in-memory' ||
    isRedacted(store.cache) ||
    (store.cache === 'auto' && replicaUrls(settings).length > 0);
  return hardPrune.mode === 'online' && traits.layerLinks && inMemory;
}

/** While pushes go on, what lies about and is younger may be in the making, whatever blobs may be. */
const HOUR_MS = 3_600_000;
