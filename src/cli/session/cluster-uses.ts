import { guardShrink, shrankStrangely } from '../../evidence/shrink.ts';
import type { Sink, Source } from '../../evidence/sink.ts';
import type { Cluster, UsesOptions } from '../../systems/cluster/contract.ts';
import type { State } from '../../systems/state/contract.ts';
import { startProgress } from '../progress.ts';
import type { Session } from './session.ts';

/** Fewer workloads come and go on any quiet day. */
const TOO_FEW_TO_COMPARE = 20;

/** A cluster that is asked what it uses, and that also says so when far fewer workloads are there than at the last run. */
export interface WatchedCluster {
  readonly source: Source;
  /** For use once it was surveyed. What shrank strangely is not remembered: the next run is to be as wary as this one. */
  remember(nowMs: number): Promise<void>;
}

/**
 * The clusters of the settings.
 *
 * @param nameOfCount - what their numbers of workloads are remembered for, besides their own name
 * @param ownCluster - the one whose image streams are decided on: what these import is no use
 */
export async function clusterUses(
  session: Session,
  nameOfCount: string,
  ownCluster?: string,
): Promise<readonly WatchedCluster[]> {
  const { settings, terminal } = session;
  const state = await session.state();
  const extractors = settings.references.customResources;
  return (await session.clusters()).map((cluster) => {
    const progress = startProgress(terminal, `asking ${cluster.name}`);
    const onProgress = (objects: number) => progress.update(objects, `${objects} objects`);
    const options = { extractors, onProgress, ...(cluster.name === ownCluster && { leaveOut: ['ImageStream'] }) };
    const watched = watchedCluster(cluster, options, nameOfCount, {
      state,
      maxDropShare: settings.limits.maxDropShare,
    });
    const { source } = watched;
    const survey = (sink: Sink, signal: AbortSignal) => source.survey(sink, signal).finally(() => progress.stop());
    return { ...watched, source: { name: source.name, survey } };
  });
}

export function watchedCluster(
  cluster: Pick<Cluster, 'name' | 'uses' | 'mayHold'>,
  options: UsesOptions,
  nameOfCount: string,
  { state, maxDropShare }: { readonly state: State; readonly maxDropShare: number },
): WatchedCluster {
  const source = cluster.uses(options);
  const counted = `cluster ${cluster.name} of ${nameOfCount}`;
  let workloads: number | undefined;
  const before = async () => {
    const last = await state.lastCounts(counted);
    return (last?.['workloads'] ?? 0) >= TOO_FEW_TO_COMPARE ? last : undefined;
  };
  return {
    source: {
      name: source.name,
      survey: async (sink, signal) => {
        const counting = countingHolds(sink);
        await source.survey(counting.sink, signal);
        // Of a cluster that did not answer whole, gaps tell already.
        if (counting.gaps() > 0) return;
        workloads = counting.holds();
        const gap = { source: source.name, scope: '', hides: 'holds', maxDropShare } as const;
        const shrunk = guardShrink({ ...gap, previous: await before(), current: { workloads } });
        if (shrunk !== undefined) for (const scope of cluster.mayHold) sink.gap({ ...shrunk, scope, hint: dropHint });
      },
    },
    remember: async (nowMs) => {
      if (workloads === undefined) return;
      const current = { workloads };
      if (shrankStrangely(await before(), current, maxDropShare) === undefined)
        await state.rememberCounts(counted, current, nowMs);
    },
  };
}

const dropHint =
  'make sure that this is the right cluster and that all of it can be seen; if so many workloads are really gone, allow it for one run with --max-drop-share 1';

function countingHolds(sink: Sink) {
  const held = new Set<number>();
  let gaps = 0;
  return {
    holds: () => held.size,
    gaps: () => gaps,
    sink: {
      ...sink,
      holds: (resource: number, by: string) => {
        held.add(resource);
        sink.holds(resource, by);
      },
      gap: (gap: Parameters<Sink['gap']>[0]) => {
        gaps += 1;
        sink.gap(gap);
      },
    } satisfies Sink,
  };
}
