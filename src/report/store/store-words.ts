import type { PlanHeader, PlanScope } from '../../plan/plan.ts';
import type { BlobBytes, StoreCounts } from '../../plan/store-counts.ts';
import { formatBytes } from '../../util/pure/bytes.ts';
import { formatDuration } from '../../util/pure/duration.ts';
import type { Fact } from '../fact-lines.ts';
import { counted } from '../words.ts';

/** What is on the storage, in a few lines. */
export function storeFacts(counts: StoreCounts): readonly Fact[] {
  const { repositories, tags, manifests, blobs, live, unneeded, young, waiting, bytes, hidden, hiddenBytes } = counts;
  const why = [young > 0 ? `${young} too young` : '', waiting > 0 ? `${waiting} in their grace` : ''];
  const kept = why.filter((one) => one !== '').join(', ');
  return [
    ['Holds', `${counted(repositories, 'repository')}, ${counted(tags, 'tag')}, ${counted(manifests, 'manifest')}`],
    ['Blobs', `${blobs}: ${live} needed, ${unneeded} not${kept === '' ? '' : ` (${kept})`}`],
    ['Bytes', bytes === undefined ? undefined : bytesInWords(bytes)],
    ['Hidden', hidden === 0 ? undefined : `${counted(hidden, 'blob')}, ${formatBytes(hiddenBytes)}`],
  ];
}

/** Length of data, as `du` has it. What the disk gets back is another figure. */
function bytesInWords({ goBytes, allBytes, isLeast }: BlobBytes): string {
  const percent = Math.ceil((goBytes / allBytes) * 1000) / 10;
  const go = `${formatBytes(goBytes)} not needed and old enough`;
  return isLeast ? `${go}, at most ${percent} % of all` : `${go}, ${percent} % of ${formatBytes(allBytes)}`;
}

/** Which cache the servers are taken to have. */
export function cacheFact({ store }: PlanScope): Fact {
  return ['Cache', store?.cacheBecause];
}

/** Who was asked what runs, where untagged manifests may go. */
export function askedFact({ clusters }: Pick<PlanHeader, 'clusters'>): Fact {
  if (clusters === undefined) return ['Asked', undefined];
  return ['Asked', clusters.length === 0 ? 'no cluster: what runs is not known' : clusters.join(', ')];
}

/** What the plan comes to. The first two lines are those of OpenShift's hard prune, word for word: it says `1 blobs`, and scripts look for that. */
export function storeSummary(counts: StoreCounts): readonly string[] {
  const { wouldDelete, steps } = counts;
  const { blobs, reclaimableBytes, purgedBytes } = wouldDelete;
  const lines = [`Would delete ${blobs} blobs`, `Would free up ${formatBytes(reclaimableBytes)} of disk space`];
  const parts = [
    said(steps['restore-blob'], 'takes back', 'blob'),
    said(steps['delete-manifest'], 'removes', 'untagged manifest'),
    said(steps['unlink-blob'], 'takes the links from', 'blob'),
    said(steps['hide-blob'], 'hides', 'blob'),
    said(steps['purge-blob'], 'removes for good', 'blob', purgedBytes > 0 ? ` (${formatBytes(purgedBytes)})` : ''),
    said(steps['delete-upload'], 'removes', 'stale upload'),
    said(steps['delete-temporary'], 'removes', 'temporary file'),
    said(steps['delete-link'], 'removes', 'dangling link'),
    said(steps['delete-repository'], 'removes', 'empty repository'),
  ].filter((part) => part !== undefined);
  if (parts.length === 0) return lines;
  const waits = steps['unlink-blob'] === undefined && steps['hide-blob'] === undefined ? [] : [waitsInWords(counts)];
  return [...lines, `This run ${parts.join(', ')}.`, ...waits];
}

function waitsInWords({ graceMs, holdMs }: StoreCounts): string {
  const grace = graceMs === 0 ? 'at once' : `${formatDuration(graceMs)} after its links went`;
  const hold = holdMs === 0 ? 'at once' : `${formatDuration(holdMs)} later`;
  return `The disk gets its space back step by step, run by run: data is hidden ${grace}, and goes for good ${hold}; until then it can be brought back.`;
}

function said(count: number | undefined, verb: string, noun: string, more = ''): string | undefined {
  return count === undefined || count === 0 ? undefined : `${verb} ${counted(count, noun)}${more}`;
}
