import type { StoreCounts } from '../../plan/store-counts.ts';
import { formatBytes } from '../../util/pure/bytes.ts';
import { formatDuration } from '../../util/pure/duration.ts';
import type { Fact } from '../fact-lines.ts';
import { counted } from '../words.ts';

/** What is on the storage, in one or two lines. */
export function storeFacts(counts: StoreCounts): readonly Fact[] {
  const { repositories, tags, manifests, blobs, live, unneeded, young, waiting, hidden, hiddenBytes } = counts;
  const why = [young > 0 ? `${young} too young` : '', waiting > 0 ? `${waiting} in their grace` : ''];
  const kept = why.filter((one) => one !== '').join(', ');
  return [
    ['Holds', `${counted(repositories, 'repository')}, ${counted(tags, 'tag')}, ${counted(manifests, 'manifest')}`],
    ['Blobs', `${blobs}: ${live} needed, ${unneeded} not${kept === '' ? '' : ` (${kept})`}`],
    ['Hidden', hidden === 0 ? undefined : `${counted(hidden, 'blob')}, ${formatBytes(hiddenBytes)}`],
  ];
}

/** What the plan comes to. The first two lines are those of OpenShift's hard prune. */
export function storeSummary(counts: StoreCounts): readonly string[] {
  const { wouldDelete, steps } = counts;
  const { blobs, reclaimableBytes, purgedBytes } = wouldDelete;
  const lines = [
    `Would delete ${counted(blobs, 'blob')}`,
    `Would free up ${formatBytes(reclaimableBytes)} of disk space`,
  ];
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
