import { systemName } from '../../plan/plan.ts';
import { formatBytes } from '../../util/pure/bytes.ts';
import { formatDuration } from '../../util/pure/duration.ts';
import type { OutputFormat } from '../output-format.ts';
import type { Paint } from '../paint.ts';
import { type RunSummary, runSummaryDocument } from '../run/run-summary.ts';
import { shortTime } from '../words.ts';
import { type ListKind, renderList } from './list.ts';

const runs: ListKind<RunSummary> = {
  kind: 'RunList',
  columns: [
    { title: 'RUN', name: true, text: ({ runId }) => runId },
    { title: 'FLOW', text: ({ flow }) => flow },
    { title: 'CLUSTER', wide: true, text: ({ scope }) => scope.cluster ?? '-' },
    { title: 'REGISTRY', text: ({ scope }) => systemName(scope) },
    { title: 'BEGAN', text: ({ beganAtMs }) => shortTime(beganAtMs) },
    { title: 'TOOK', align: 'right', text: took },
    { title: 'STATUS', text: ({ status }) => status },
    { title: 'PLANNED', align: 'right', text: ({ planned }) => String(planned) },
    { title: 'DONE', align: 'right', text: ({ tally }) => String(tally.done + tally.alreadyGone) },
    { title: 'SKIPPED', align: 'right', text: ({ tally }) => String(tally.skipped) },
    { title: 'FAILED', align: 'right', text: ({ tally }) => String(tally.failed) },
    { title: 'FREED', align: 'right', text: ({ tally }) => formatBytes(tally.freedBytes) },
    { title: 'BY', wide: true, text: ({ by }) => by },
  ],
  item: runSummaryDocument,
  empty: 'No runs yet. A run with --confirm is kept here until its hold is over.',
};

function took({ beganAtMs, endedAtMs }: RunSummary): string {
  return endedAtMs === undefined ? '-' : formatDuration(endedAtMs - beganAtMs);
}

/** `run ls`. @returns lines, without line feeds. */
export function renderRuns(rows: Iterable<RunSummary>, format: OutputFormat, paint: Paint): Iterable<string> {
  return renderList(runs, rows, format, paint);
}
