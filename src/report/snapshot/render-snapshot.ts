import { formatBytes } from '../../util/pure/bytes.ts';
import { type Document, documentHead } from '../document.ts';
import { type Fact, factLines } from '../fact-lines.ts';
import { gapLines, gapSentence } from '../gap-lines.ts';
import { mdText } from '../markdown.ts';
import { isDocumentFormat, type OutputFormat } from '../output-format.ts';
import type { Paint } from '../paint.ts';
import { renderDocument } from '../render-document.ts';
import { section } from '../section.ts';
import { counted, isoTime, shortTime } from '../words.ts';
import type { SnapshotReport } from './snapshot-report.ts';

/** `snapshot`. @returns lines, without line feeds. */
export function renderSnapshot(report: SnapshotReport, format: OutputFormat, paint: Paint): Iterable<string> {
  if (isDocumentFormat(format)) return renderDocument(documentOf(report), format);
  return format === 'markdown' ? markdownLines(report) : tableLines(report, format === 'wide', paint);
}

function documentOf(report: SnapshotReport): Document {
  const { cluster, shown, takenAtMs, place, written, workloads, references, kinds, gaps, before } = report;
  return [
    ...documentHead('Snapshot'),
    ['cluster', cluster],
    ['askedAt', shown],
    ['takenAt', isoTime(takenAtMs)],
    ['place', place],
    ['written', written],
    ['refusal', report.refusal],
    ['sizeBytes', report.sizeBytes],
    ['digest', report.digest],
    ['workloads', workloads],
    ['references', references],
    ['kinds', kinds],
    ['before', beforeOf(before)],
    ['gaps', gaps],
  ];
}

function* tableLines(report: SnapshotReport, isWide: boolean, paint: Paint): Generator<string> {
  yield* factLines(factsOf(report));
  yield* section(gapLines(report.gaps, { all: isWide }, paint));
  const why = whyNotWritten(report);
  if (why !== undefined) yield* section([paint.yellow(why)]);
}

function* markdownLines(report: SnapshotReport): Generator<string> {
  for (const [name, value] of factsOf(report)) if (value !== undefined) yield `- **${name}**: ${mdText(value)}`;
  yield* section(report.gaps.map((gap) => `- ${mdText(gapSentence(gap))}`));
  const why = whyNotWritten(report);
  if (why !== undefined) yield* section([mdText(why)]);
}

function factsOf(report: SnapshotReport): readonly Fact[] {
  const { cluster, shown, takenAtMs, place, written, kinds, sizeBytes, digest } = report;
  const size = sizeBytes === undefined ? '' : `, ${formatBytes(sizeBytes)}`;
  const perKind = Object.entries(kinds).map(([kind, count]) => `${count} ${kind}`);
  return [
    ['Cluster', `${cluster} (${shown})`],
    ['Taken', shortTime(takenAtMs)],
    ['Workloads', perKind.length === 0 ? '0' : `${report.workloads} (${perKind.join(', ')})`],
    ['Images named', String(report.references)],
    ['Written', written ? `${place}${size}` : 'no'],
    ['Digest', digest],
  ];
}

function whyNotWritten({ refusal, place, before, gaps, workloads }: SnapshotReport): string | undefined {
  if (refusal === undefined || before === undefined || before.state === 'torn') return undefined;
  const there = `Not written: the one at ${place} of ${shortTime(before.takenAtMs)}`;
  if (refusal === 'drop')
    return `${there} has ${counted(before.workloads, 'workload')}, and this one ${workloads}. If that is right, --allow-drop writes it.`;
  return (
    `${there} is whole, and this one lacks ${counted(gaps.length, 'thing')}. ` +
    'With --allow-gaps it is written all the same; what could hang on the gaps is kept wherever it is read.'
  );
}

function beforeOf(before: SnapshotReport['before']) {
  if (before === undefined || before.state === 'torn') return before;
  return { state: before.state, takenAt: isoTime(before.takenAtMs), workloads: before.workloads };
}
