import type { Source } from '../../evidence/sink.ts';
import { heldByUses } from '../../flows/held-by-uses.ts';
import { heldDigests } from '../../flows/held-digests.ts';
import type { StoreUsesAgain } from '../../flows/store-uses-agree.ts';
import type { PlanHeader } from '../../plan/plan.ts';
import type { StoreReader } from '../../systems/store/contract.ts';
import { clusterUses } from './cluster-uses.ts';
import { rememberRecords, watchedRecords } from './memory.ts';
import { replicaUrls } from './replicas.ts';
import type { Session } from './session.ts';

/** Who may hold manifests by their digest, opened for a plan. */
export interface StoreHolders {
  readonly sources: readonly Source[];
  /** Remembers how much they told, for use once they were surveyed. */
  remember(nowMs: number): Promise<void>;
}

export const noHolders: StoreHolders = { sources: [], remember: async () => undefined };

/** Records that may hold a manifest, and the clusters that may use one. */
export async function openHolders(session: Session, store: Pick<StoreReader, 'name'>): Promise<StoreHolders> {
  const { settings, terminal } = session;
  const records = await openRecordHolders(session, store);
  const clusters = settings.clusters.length === 0 ? [] : await clusterUses(session, store.name);
  const counted = { bad: settings.references.bad, endedForMs: settings.prune.policy.minAgeMs };
  return {
    sources: [
      ...records.sources,
      ...clusters.map(({ source }) => heldByUses(source, store.name, counted, terminal.nowMs)),
    ],
    remember: async (nowMs) => {
      await records.remember(nowMs);
      for (const cluster of clusters) await cluster.remember(nowMs);
    },
  };
}

/** Records that may hold manifests by their digest. They may name images as the registry's users do: by the name of any of its servers. */
export async function openRecordHolders(session: Session, { name }: Pick<StoreReader, 'name'>): Promise<StoreHolders> {
  const { settings, terminal } = session;
  if (settings.records.length === 0) return noHolders;
  const state = await session.state();
  const host = replicaUrls(settings)
    .map((url) => url.replace(/^https?:\/\//, '').replace(/\/.*$/, ''))
    .at(0);
  const records = await session.records(host ?? name);
  const watched = records.map((one) => watchedRecords(one, name, state));
  return {
    sources: [heldDigests(watched, name, terminal.nowMs)],
    remember: (nowMs) => rememberRecords(records, name, state, nowMs),
  };
}

/** The clusters by which a plan was made are asked again, and bad names are understood as they were then. */
export async function usesAgain(
  session: Session,
  { clusters = [], references }: PlanHeader,
): Promise<StoreUsesAgain | undefined> {
  if (clusters.length === 0 || references === undefined) return undefined;
  const { settings } = session;
  const extractors = [...settings.references.customResources, ...references.customResources];
  return {
    sources: (await session.clusters()).map((cluster) => cluster.uses({ extractors })),
    rules: references,
    endedForMs: settings.prune.policy.minAgeMs,
    maxAgeMs: settings.prune.recheckClustersEveryMs,
  };
}
