import { formatBytes } from '../../util/pure/bytes.ts';
import { type Document, documentHead } from '../document.ts';
import { factLines } from '../fact-lines.ts';
import { type MarkdownColumn, markdownTable, mdCode, mdText } from '../markdown.ts';
import { isDocumentFormat, type OutputFormat } from '../output-format.ts';
import type { Paint } from '../paint.ts';
import { printable } from '../printable.ts';
import { renderDocument } from '../render-document.ts';
import { section } from '../section.ts';
import { type Column, tableLines } from '../table.ts';
import { counted, isoTime, shortTime } from '../words.ts';
import { fleetTotals, hasFailed, ratioInWords, successRatio } from './fleet-outcome.ts';
import type { FleetReport, FleetRow } from './fleet-report.ts';
import type { NodeWork } from './node-report.ts';

/** What going through all nodes came to. @returns lines, without line feeds; the last one of those for eyes is the success ratio */
export function renderFleet(report: FleetReport, format: OutputFormat, paint: Paint): Iterable<string> {
  if (isDocumentFormat(format)) return renderDocument(fleetDocument(report), format);
  return format === 'markdown' ? inMarkdown(report) : inTable(report, format === 'wide', paint);
}

function* inTable(report: FleetReport, isWide: boolean, paint: Paint): Generator<string> {
  yield paint.bold(report.mode === 'plan' ? 'DRY RUN: nothing was removed' : 'Cleaned the nodes of a cluster');
  yield* factLines([
    ['Fleet', `${report.run}${report.wasResumed ? ', gone on with' : ''}`],
    ['Cluster', report.cluster],
    ['Where', report.fleet],
    ['Time', `${shortTime(report.beganAtMs)} to ${shortTime(report.endedAtMs)}`],
  ]);
  yield* section(tableLines(columns(report, isWide, paint), report.nodes, paint));
  yield '';
  yield* endingLines(report);
}

function* inMarkdown(report: FleetReport): Generator<string> {
  yield `## Winnow node-gc on all nodes${report.cluster === undefined ? '' : ` of ${mdText(report.cluster)}`}`;
  if (report.mode === 'plan') yield* section(['**Dry run: nothing was removed.**']);
  yield* section(markdownTable(markdownColumns(report), report.nodes));
  yield '';
  const lines = [...endingLines(report)];
  for (const [n, line] of lines.entries()) yield `${mdText(line)}${n === lines.length - 1 ? '' : '  '}`;
}

function* endingLines(report: FleetReport): Generator<string> {
  const { breaker, stopped, snapshot } = report;
  const { removed, predictedBytes, freedBytes, measuredBytes } = fleetTotals(report);
  const things = [
    counted(removed.containers, 'container'),
    counted(removed.sandboxes, 'sandbox'),
    counted(removed.images, 'image'),
  ].join(', ');
  if (report.mode === 'plan') yield `Would remove ${things}; would free ${formatBytes(predictedBytes)}.`;
  else
    yield `Removed ${things}; freed ${formatBytes(freedBytes)} of ${formatBytes(predictedBytes)} by the plans${
      measuredBytes === undefined ? '' : `, ${signedBytes(measuredBytes)} by the disks`
    }.`;
  if (report.nodes.length === 0) yield 'There is no such node.';
  if (breaker !== undefined)
    yield `Stopped: ${counted(breaker.failed, 'node')} failed, and with ${breaker.allowed} no further one is begun (nodeGc.fleet.maxFailures).`;
  if (stopped !== undefined) yield `Stopped: ${printable(stopped)}.`;
  if (snapshot !== undefined) yield snapshotLine(snapshot);
  yield* planLines(report);
  const ratio = successRatio(report);
  const besides = [
    ...(ratio.skipped > 0 ? [`${ratio.skipped} skipped`] : []),
    ...(ratio.notBegun > 0 ? [`${ratio.notBegun} not begun`] : []),
  ];
  yield [ratioInWords(ratio), ...besides].join(', ');
}

function snapshotLine({ place, written, references, gaps, why }: NonNullable<FleetReport['snapshot']>): string {
  const unseen = gaps === 0 ? '' : `, with ${counted(gaps, 'gap')}`;
  return written
    ? `Wrote ${counted(references, 'name')} of images in use to ${printable(place)}${unseen}.`
    : `Did not write the images in use to ${printable(place)}: ${printable(why ?? '')}.`;
}

function* planLines({ plan, mode }: FleetReport): Generator<string> {
  if (plan === undefined || mode === 'apply') return;
  const { id, file, why = '' } = plan;
  if (file === undefined) yield `Did not save the plan: ${printable(why)}.`;
  else yield `Saved plan ${id}: winnow apply ${printable(file)} shows it, and does it with --confirm.`;
}

const signedBytes = (bytes: number) => (bytes < 0 ? `-${formatBytes(-bytes)}` : formatBytes(bytes));

/** Of a dry run the plan's, else what was done. */
const freed = (report: FleetReport, work: NodeWork) => (report.mode === 'plan' ? work.predictedBytes : work.freedBytes);

/** `81.5 → 78.2 %`; the fullest of several. */
function diskWords({ disks }: NodeWork): string {
  const [fullest] = [...disks].sort((a, b) => b.usedPercentBefore - a.usedPercentBefore);
  if (fullest === undefined) return '-';
  const { usedPercentBefore: before, usedPercentAfter: after } = fullest;
  return after === undefined ? `${before.toFixed(1)} %` : `${before.toFixed(1)} → ${after.toFixed(1)} %`;
}

const ofWork =
  (tell: (work: NodeWork) => string) =>
  ({ work }: FleetRow): string =>
    work === undefined ? '-' : tell(work);

function columns(report: FleetReport, isWide: boolean, paint: Paint): readonly Column<FleetRow>[] {
  const number = { align: 'right' as const };
  return [
    { title: 'NODE', text: ({ node }) => node },
    {
      title: 'OUTCOME',
      text: ({ outcome }) => outcome,
      paint: (cell, row) => (hasFailed(row) ? paint.red(cell) : cell),
    },
    { title: 'CONTAINERS', ...number, text: ofWork(({ removed }) => String(removed.containers)) },
    { title: 'SANDBOXES', ...number, text: ofWork(({ removed }) => String(removed.sandboxes)) },
    { title: 'IMAGES', ...number, text: ofWork(({ removed }) => String(removed.images)) },
    ...(report.mode === 'apply'
      ? [{ title: 'PREDICTED', ...number, text: ofWork(({ predictedBytes }) => formatBytes(predictedBytes)) }]
      : []),
    {
      title: report.mode === 'plan' ? 'WOULD FREE' : 'FREED',
      ...number,
      text: ofWork((work) => formatBytes(freed(report, work))),
    },
    ...(report.mode === 'apply'
      ? [
          {
            title: 'MEASURED',
            ...number,
            text: ofWork(({ measuredBytes }) => (measuredBytes === undefined ? '-' : signedBytes(measuredBytes))),
          },
        ]
      : []),
    { title: 'DISK', text: ofWork(diskWords) },
    ...(isWide ? [{ title: 'JOB', text: ({ job }: FleetRow) => job ?? '-' }] : []),
    ...(isWide ? [{ title: 'RUN', text: ({ runId }: FleetRow) => runId ?? '-' }] : []),
    { title: 'WHY', text: ({ why }) => why ?? '' },
  ];
}

function markdownColumns(report: FleetReport): readonly MarkdownColumn<FleetRow>[] {
  const number = { align: 'right' as const };
  return [
    { title: 'Node', cell: ({ node }) => mdCode(node) },
    { title: 'Outcome', cell: ({ outcome }) => outcome },
    { title: 'Containers', ...number, cell: ofWork(({ removed }) => String(removed.containers)) },
    { title: 'Sandboxes', ...number, cell: ofWork(({ removed }) => String(removed.sandboxes)) },
    { title: 'Images', ...number, cell: ofWork(({ removed }) => String(removed.images)) },
    {
      title: report.mode === 'plan' ? 'Would free' : 'Freed',
      ...number,
      cell: ofWork((work) => formatBytes(freed(report, work))),
    },
    { title: 'Disk', cell: ofWork(diskWords) },
    { title: 'Why', cell: ({ why }) => mdText(why ?? '') },
  ];
}

/** A fleet for programs. Sizes are whole bytes, times ISO 8601 in UTC. */
export function fleetDocument(report: FleetReport): Document {
  const { cluster, run, wasResumed, mode, plan, breaker, stopped, snapshot } = report;
  return [
    ...documentHead('FleetReport'),
    ['run', run],
    ['wasResumed', wasResumed],
    ['cluster', cluster],
    ['fleet', report.fleet],
    ['mode', mode],
    ['plan', plan],
    ['beganAt', isoTime(report.beganAtMs)],
    ['endedAt', isoTime(report.endedAtMs)],
    ['counts', successRatio(report)],
    ['totals', fleetTotals(report)],
    ['breaker', breaker],
    ['stopped', stopped],
    ['snapshot', snapshot],
    ['nodes', report.nodes.map(shownRow)],
  ];
}

function shownRow({ node, outcome, why, job, runId, work }: FleetRow): object {
  return { node, outcome, job, why, runId, work };
}
