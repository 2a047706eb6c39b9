import type { RunReport } from '../../apply/run-report.ts';
import type { ActionKind } from '../../plan/action.ts';
import type { DiskCounts, NodeCounts } from '../../plan/node-counts.ts';
import type { PlanHeader } from '../../plan/plan.ts';
import { formatBytes } from '../../util/pure/bytes.ts';
import type { Fact } from '../fact-lines.ts';
import { counted } from '../words.ts';

/** What is on a node, in a few lines. */
export function nodeFacts(counts: NodeCounts): readonly Fact[] {
  const { product, version, containers, sandboxes, images, bytes, unreferencedBytes, disks, exactBytes } = counts;
  const loose = unreferencedBytes > 0 ? `, ${formatBytes(unreferencedBytes)} of it needed by nothing already` : '';
  return [
    ['Runtime', `${product} ${version}`],
    [
      'Holds',
      [
        counted(containers.found, 'container'),
        counted(sandboxes.found, 'sandbox'),
        counted(images.found, 'image'),
      ].join(', '),
    ],
    [
      'Takes',
      `${formatBytes(bytes)}${loose}${exactBytes ? '' : ' (by the images’ own sizes: what they share is counted for each)'}`,
    ],
    ...disks.map((disk): Fact => ['Disk', diskInWords(disk)]),
  ];
}

/** `62.1 % of 251.9 GiB used, 51.7 GiB available (/var/lib/containerd)`. */
export function diskInWords({ path, capacityBytes, availableBytes, usedPercent }: DiskCounts): string {
  return `${usedPercent.toFixed(1)} % of ${formatBytes(capacityBytes)} used, ${formatBytes(availableBytes)} available (${path})`;
}

/** What the plan comes to. */
export function nodeSummary(header: PlanHeader, counts: NodeCounts): readonly string[] {
  const { containers, sandboxes, images, wantedBytes, contentStays } = counts;
  const parts = [
    [containers.removed, 'container'],
    [sandboxes.removed, 'sandbox'],
    [images.removed, 'image'],
  ] as const;
  const gone = parts.filter(([count]) => count > 0).map(([count, noun]) => counted(count, noun));
  const lines =
    gone.length === 0
      ? ['Nothing to remove.']
      : [`Would remove ${gone.join(', ')}.`, `Would free ${formatBytes(header.freesBytes)}.`];
  if (wantedBytes !== undefined && wantedBytes > header.freesBytes)
    lines.push(
      `The low watermark asks for ${formatBytes(wantedBytes)}: the rest of the disk is taken by something else, or in use.`,
    );
  if (contentStays !== undefined) lines.push(`Packed layers stay: ${contentStays}.`);
  return lines;
}

const told: readonly (readonly [kind: ActionKind, verb: string, noun: string])[] = [
  ['remove-container', 'Removed', 'container'],
  ['remove-sandbox', 'Removed', 'sandbox'],
  ['remove-image', 'Removed', 'image'],
  ['release-content', 'Let go of the packed layers of', 'manifest'],
];

/** What a run did to a node. */
export function nodeRunLines(report: RunReport): readonly string[] {
  const lines = told.flatMap(([kind, verb, noun]) => {
    const step = report.steps[kind];
    return step === undefined || step.count === 0
      ? []
      : [`${verb} ${counted(step.count, noun)}, ${formatBytes(step.bytes)}`];
  });
  const disks = report.disks;
  for (const [index, before] of (disks?.before ?? []).entries()) {
    const after = disks?.after[index];
    if (after !== undefined) lines.push(`Disk before: ${diskInWords(before)}`, `Disk after: ${diskInWords(after)}`);
  }
  return lines;
}
