import type { PruneImagesOptions } from '../../config/prune-images-options.ts';
import { type PlannedImages, type PruneImagesInput, planPruneImages } from '../../flows/prune-images.ts';
import type { ImageApiScope } from '../../plan/plan.ts';
import { startProgress } from '../progress.ts';
import { clusterUses } from './cluster-uses.ts';
import { newPlanId } from './ids.ts';
import { imagesScope, type OpenImages } from './images-session.ts';
import { registryDrops, rememberRegistry } from './memory.ts';
import type { Session } from './session.ts';

/** What a plan is made by, again and again. */
export type ImagesChoices = Pick<PruneImagesInput, 'policy' | 'badReferences'>;

/** The part of the options that decides. */
export function imagesChoices(options: PruneImagesOptions): ImagesChoices {
  const { all, keepYoungerThanMs, keepTagRevisions, pruneOverSizeLimit, pruneRegistry, keepBlobs } = options;
  const { namespace, minAgeMs, badReferences } = options;
  return {
    policy: {
      ...{ all, keepYoungerThanMs, keepTagRevisions, pruneOverSizeLimit, pruneRegistry, keepBlobs, minAgeMs },
      ...(namespace === undefined ? {} : { namespace }),
    },
    badReferences,
  };
}

/** Looks at the image API and at all that uses images, and decides what `prune images` would do. */
export async function makeImagesPlan(
  session: Session,
  open: OpenImages,
  options: PruneImagesOptions,
): Promise<PlannedImages> {
  const { settings, terminal, log } = session;
  const { name } = open.reader;
  const state = await session.state();
  const uses = await clusterUses(session, name, open.cluster.name);
  const { plan, view, decisions } = await planPruneImages(
    {
      ...inputOf(session, open, { name, cluster: open.shown }, imagesChoices(options)),
      uses: uses.map(({ source }) => source),
      drops: (streams) => registryDrops(streams, name, state, settings.limits.maxDropShare),
    },
    terminal.signal,
  );
  // After the survey, which may have come by where the registry is: nothing is decided by that.
  const images = await imagesScope(session, open, options);
  const header = { ...plan.header, scope: { ...plan.header.scope, images } };
  if (header.broken.length === 0) await rememberRegistry(header, state, terminal.nowMs());
  for (const one of uses) await one.remember(terminal.nowMs());
  log.info('planned', {
    ...{ plan_id: header.id, image_api: name, actions: header.actionCount, gaps: header.gaps.length },
    ...{ bad_references: header.badReferences?.length ?? 0, bytes: header.freesBytes },
  });
  return { plan: { ...plan, header }, view, decisions };
}

/** Looks and decides once more, in the middle of a run. What the run itself has removed is no surprise: nothing is compared or remembered. */
export async function planImagesAgain(
  session: Session,
  open: OpenImages,
  scope: ImageApiScope,
  choices: ImagesChoices,
  signal: AbortSignal,
): Promise<PlannedImages> {
  const extractors = session.settings.references.customResources;
  const uses = (await session.clusters()).map((cluster) =>
    cluster.uses({ extractors, ...(cluster.name === open.cluster.name && { leaveOut: ['ImageStream'] }) }),
  );
  const input = { ...inputOf(session, open, scope, choices), uses, drops: async () => [] };
  return await planPruneImages(input, signal);
}

function inputOf(
  session: Session,
  { reader, cluster }: OpenImages,
  images: ImageApiScope,
  { policy, badReferences }: ImagesChoices,
): Omit<PruneImagesInput, 'uses' | 'drops'> {
  const { settings, terminal, journal } = session;
  const progress = startProgress(terminal, `reading ${reader.name}`);
  const source = reader.source((objects) => progress.update(objects, `${objects} objects`));
  const clusterName = settings.cluster === undefined ? {} : { cluster: settings.cluster };
  return {
    id: newPlanId('prune', terminal.nowMs()),
    scope: { ...clusterName, images },
    imageApi: {
      name: source.name,
      survey: (sink, signal) => source.survey(sink, signal).finally(() => progress.stop()),
    },
    ownCluster: cluster.name,
    ...{ journal, policy, badReferences, limits: settings.limits, nowMs: terminal.nowMs },
    keepIndexOfUsedChild: settings.prune.keepIndexOfUsedChild,
    clustersShown: settings.clusters.map(({ shown }) => shown),
    expiresAfterMs: settings.plan.expiresAfterMs,
  };
}
