import { pruneNeeds } from '../../config/prune-needs.ts';
import type { Planned } from '../../flows/plan-tags.ts';
import { planPrune } from '../../flows/prune.ts';
import type { Digest } from '../../oci/digest.ts';
import { parsePlace } from '../../systems/snapshot-place/index.ts';
import { CodedError } from '../../util/pure/coded-error.ts';
import type { CliErrorCode } from '../errors.ts';
import { clusterUses } from './cluster-uses.ts';
import { prepare } from './make-plan.ts';
import { registryDrops, rememberRecords, rememberRegistry, rememberTags } from './memory.ts';
import { registryTold } from './registry-told.ts';
import type { Session } from './session.ts';
import { tagHistories } from './tag-history.ts';

/** What a run may leave out. */
export interface PruneChoices {
  /** That nothing is asked for what runs was said in so many words. */
  readonly withoutClusters: boolean;
}

/**
 * Looks at the world and decides what `prune` would do.
 *
 * @throws PRUNE_NO_CLUSTERS before anything is looked at
 */
export async function makePrunePlan(session: Session, choices: PruneChoices): Promise<Planned> {
  const { settings, terminal } = session;
  assertClusters(session, choices);
  const state = await session.state();
  const { policy, keepIndexOfUsedChild, untagByOverwrite } = settings.prune;
  const needs = pruneNeeds(settings);
  const { common, records, host } = await prepare(session, 'prune', untagByOverwrite, {
    readCreated: () => needs.created,
    pushTimes: needs.pushTimes,
    attributes: needs.attributes,
  });
  const clusters = choices.withoutClusters ? [] : await clusterUses(session, host);
  const histories = tagHistories(host, state);
  const told = await registryTold(session, host, needs.pulls);
  const planned = await planPrune(
    {
      ...common,
      ...{ policy, keepIndexOfUsedChild, limits: settings.limits },
      clusters: clusters.map(({ source }) => source),
      clustersShown: choices.withoutClusters ? [] : settings.clusters.map(({ shown }) => shown),
      references: settings.references,
      protectedRepositories: snapshotRepositories(session, host),
      pastDigests: needs.tagHistory ? histories.digestsOf : async (): Promise<readonly Digest[]> => [],
      remember: (evidence) => rememberTags(evidence, state, terminal.nowMs()),
      recall: async (evidence) => ({
        tagHistory: await histories.recall(evidence),
        ...(needs.pulls && told !== undefined && { pullsKnownSinceMs: told.pullsKnownSinceMs }),
      }),
      ...(told !== undefined && { linkMore: told.link }),
      drops: (repositories) => registryDrops(repositories, host, state, settings.limits.maxDropShare),
    },
    terminal.signal,
  );
  const { header } = planned.plan;
  if (header.broken.length === 0) await rememberRegistry(header, state, terminal.nowMs());
  await rememberRecords(records, host, state, terminal.nowMs());
  for (const cluster of clusters) await cluster.remember(terminal.nowMs());
  session.log.info('planned', {
    ...{ plan_id: header.id, registry: host, clusters: clusters.length, actions: header.actionCount },
    ...{ gaps: header.gaps.length, bytes: header.freesBytes },
  });
  return planned;
}

/** Who does not know what runs would delete it. */
function assertClusters({ settings }: Session, { withoutClusters }: PruneChoices): void {
  if (withoutClusters || settings.clusters.length > 0) return;
  throw new CodedError<CliErrorCode>(
    'PRUNE_NO_CLUSTERS',
    'preparing to prune: no cluster is named, so nothing would tell which images run; nothing was looked at',
    {
      hint: 'name each with --cluster (kubernetes:?context=NAME, manifests:DIR, snapshot:PLACE), or say --no-clusters',
    },
  );
}

/** Snapshots that lie in this registry are used by this very command. */
function snapshotRepositories({ settings }: Session, host: string): readonly string[] {
  return settings.clusters.flatMap(({ source }) => {
    if (source.kind !== 'snapshot' || !source.from.startsWith('oci://')) return [];
    const place = parsePlace(source.from);
    return place.kind === 'oci' && place.host.toLowerCase() === host.toLowerCase() ? [place.repository] : [];
  });
}
