import type { RunReport } from '../../apply/run-report.ts';
import type { ImageCounts } from '../../plan/image-counts.ts';
import type { PlanHeader } from '../../plan/plan.ts';
import { formatBytes } from '../../util/pure/bytes.ts';
import type { Fact } from '../fact-lines.ts';
import type { PlanToShow } from '../plan/plan-to-show.ts';
import { counted } from '../words.ts';

/** The parts of the summary of `oc adm prune images`. */
export interface ImagesSummary {
  readonly images: number;
  readonly streamItems: number;
  readonly streams: number;
  readonly layerLinks: number;
  readonly manifestLinks: number;
  readonly blobs: number;
}

/** What an image API has, in two lines. */
export function imagesFacts({ scope, images, clusters }: PlanHeader): readonly Fact[] {
  const { streams, streamItems, streamTags, images: objects } = images as ImageCounts;
  return [
    ['Image API', scope.images?.name],
    ['Registry data', scope.images?.registryUrl ?? 'is left alone'],
    ['Namespace', scope.images?.namespace],
    ['Asked', clusters === undefined || clusters.length === 0 ? undefined : clusters.join(', ')],
    ['Holds', `${counted(objects.found, 'image')}, ${counted(streams.found, 'image stream')}`],
    ['Histories', `${counted(streamTags.found, 'tag')}, ${counted(streamItems.found, 'item')}`],
  ];
}

/** What a plan comes to. The last line is oc's own summary, in the words of what has not happened yet. */
export function imagesPlanSummary({ images, freesBytes, actionCount, scope }: PlanHeader): readonly string[] {
  if (actionCount === 0) return ['Would delete 0 objects: nothing is old enough and unused.'];
  const { blobs, streamTags } = images as ImageCounts;
  const lines: string[] = [];
  if (streamTags.removed > 0) lines.push(`${counted(streamTags.removed, 'tag')} would lose the last item, and vanish.`);
  if (blobs.removed > 0)
    lines.push(
      `The registry would get back ${formatBytes(freesBytes)}${unknown(blobs.unknownSize)}. That data goes for good: undo brings back all else. With --keep-blobs it stays for winnow hard-prune, which holds it back for a while; with --prune-registry=false everything can be undone.`,
    );
  else if (freesBytes > 0) {
    const next =
      scope.images?.namespace === undefined ? 'winnow hard-prune takes it' : 'a run without --namespace takes it';
    lines.push(`${formatBytes(freesBytes)} in the registry would be needed by nothing; ${next}.`);
  }
  return [...lines, `Would ${inWords(summaryOfPlan(images as ImageCounts), ['delete', 'update'])}.`];
}

/** The last line of a shown plan. */
export function nextImagesCommand({ header, next }: Pick<PlanToShow, 'header' | 'next'>): string {
  if (header.broken.length > 0) return 'look at all actions with -o wide; raise the limit only if they are all right';
  if (header.actionCount === 0) return 'the same command with --show-kept tells what keeps each item and image';
  return next ?? 'the same command with --confirm, or with --plan-out FILE and then: winnow apply FILE --confirm';
}

/** What a run did, in the same words. */
export function imagesRunLines(report: RunReport): readonly string[] {
  const count = (kind: keyof RunReport['steps']) => report.steps[kind]?.count ?? 0;
  const blobs = report.steps['delete-blob'];
  const summary: ImagesSummary = {
    images: count('delete-image'),
    streamItems: count('delete-stream-item'),
    streams: report.repositories.filter(({ removed }) => removed > 0).length,
    layerLinks: count('delete-layer-link'),
    manifestLinks: count('delete-manifest-link'),
    blobs: blobs?.count ?? 0,
  };
  const words = inWords(summary, ['deleted', 'updated']);
  const bytes =
    blobs === undefined || blobs.bytes === 0
      ? []
      : [`${formatBytes(blobs.bytes)} given back to the registry, for good`];
  return [`Summary: ${words}`, ...bytes, ...(summary.blobs > 0 ? [RESTART] : [])];
}

/** A cache that still promises a layer lets a push leave it out, and the image can not be pulled then. */
const RESTART =
  'Next, so that no cache goes on promising what went: oc rollout restart deployment/image-registry -n openshift-image-registry';

export function summaryOfPlan(counts: ImageCounts): ImagesSummary {
  return {
    images: counts.images.removed,
    streamItems: counts.streamItems.removed,
    streams: counts.streams.updated,
    layerLinks: counts.layerLinks.removed,
    manifestLinks: counts.manifestLinks.removed,
    blobs: counts.blobs.removed,
  };
}

/** Parts that are zero are left out. */
function inWords(summary: ImagesSummary, [deletes, updates]: readonly [string, string]): string {
  const parts = [
    [deletes, summary.images, 'image object'],
    [deletes, summary.streamItems, 'image stream tag item'],
    [updates, summary.streams, 'image stream'],
    [deletes, summary.layerLinks, 'layer link'],
    [deletes, summary.manifestLinks, 'manifest link'],
    [deletes, summary.blobs, 'blob'],
  ] as const;
  const said = parts.filter(([, count]) => count > 0).map(([verb, count, noun]) => `${verb} ${counted(count, noun)}`);
  return said.length === 0 ? `${deletes} 0 objects` : said.join(', ');
}

function unknown(count: number): string {
  return count === 0 ? '' : ` (and ${counted(count, 'blob')} of unknown size)`;
}
