import type { Action } from '../../plan/action.ts';
import type { FleetCounts, FleetNodePlan, PlanHeader } from '../../plan/plan.ts';
import { formatBytes } from '../../util/pure/bytes.ts';
import { factLines } from '../fact-lines.ts';
import { firstOf } from '../first-of.ts';
import { gapLines } from '../gap-lines.ts';
import { type KeptCount, keptCounts } from '../kept-by-reason.ts';
import { type MarkdownColumn, markdownTable, mdCode, mdText } from '../markdown.ts';
import type { OutputFormat } from '../output-format.ts';
import type { Paint } from '../paint.ts';
import { nextCommand, type PlanToShow } from '../plan/plan-to-show.ts';
import { printable } from '../printable.ts';
import { scopeFacts } from '../scope-fields.ts';
import { section } from '../section.ts';
import { type Column, tableLines } from '../table.ts';
import { counted, shortTime } from '../words.ts';
import { called } from './node-plan.ts';

const SHOWN = 20;
const SHOWN_IN_MARKDOWN = 50;

export type FleetPlanToShow = PlanToShow & { readonly fleet: FleetCounts };

/** A plan for all nodes of a cluster. @param format - `table`, `wide` or `markdown` */
export function fleetPlan(plan: FleetPlanToShow, format: OutputFormat, paint: Paint): Iterable<string> {
  return format === 'markdown' ? inMarkdown(plan) : inTable(plan, { all: format === 'wide' }, paint);
}

function* inTable(plan: FleetPlanToShow, show: { readonly all: boolean }, paint: Paint): Generator<string> {
  const { header, fleet, actions } = plan;
  yield paint.bold('DRY RUN: nothing was removed');
  yield* factLines([
    ['Plan', `${header.id} (${header.flow})`],
    ...scopeFacts(header.scope),
    ['Image', header.scope.fleet?.jobs.image],
    ['Made', `${shortTime(header.madeAtMs)}, can be applied until ${shortTime(header.expiresAtMs)}`],
  ]);
  yield* section(tableLines(nodeColumns, fleet.nodes, paint));
  yield* section(tableLines(withoutColumns, fleet.without, paint));
  yield* section(tableLines(reasonColumns, keptCounts(header.keptByReason), paint));
  yield* section(gapLines(header.gaps, show, paint));
  for (const one of header.broken) yield `${paint.red('!')} ${printable(one)}`;
  yield* section(tableLines(actionColumns(show.all), show.all ? actions : firstOf(actions, SHOWN), paint));
  if (!show.all && header.actionCount > SHOWN) yield `… and ${header.actionCount - SHOWN} more (-o wide shows all)`;
  yield '';
  yield* summary(header, fleet);
  yield `Next: ${printable(nextCommand(plan))}`;
}

function* inMarkdown(plan: FleetPlanToShow): Generator<string> {
  const { header, fleet, actions } = plan;
  const { cluster } = header.scope;
  yield `## Winnow node-gc on all nodes${cluster === undefined ? '' : ` of ${mdText(cluster)}`}`;
  yield '';
  yield '**Dry run: nothing was removed.**';
  yield '';
  for (const line of summary(header, fleet)) yield mdText(line);
  for (const one of header.broken) yield `- ${mdText(one)}`;
  yield* section(markdownTable(markdownColumns, firstOf(actions, SHOWN_IN_MARKDOWN)));
  const more = header.actionCount - SHOWN_IN_MARKDOWN;
  if (more > 0) yield* section([`… and ${more} more`]);
  yield '';
  yield `Next: ${mdText(nextCommand(plan))}`;
}

/** What the plan comes to. */
function* summary({ actionCount, freesBytes, gaps }: PlanHeader, { nodes, without }: FleetCounts): Generator<string> {
  const touched = nodes.filter(({ header }) => header.actionCount > 0).length;
  if (actionCount === 0) yield `Nothing to remove on ${counted(nodes.length, 'node')}.`;
  else
    yield `Would remove ${counted(actionCount, 'thing')} on ${counted(touched, 'node')}; would free ${formatBytes(freesBytes)}.`;
  if (without.length > 0) yield `There is no plan for ${counted(without.length, 'node')}.`;
  if (gaps.length > 0) yield `${counted(gaps.length, 'thing')} could not be seen.`;
}

const number = { align: 'right' as const };

const nodeColumns: readonly Column<FleetNodePlan>[] = [
  { title: 'NODE', text: ({ node }) => node },
  { title: 'CONTAINERS', ...number, text: ({ header }) => String(header.node?.containers.removed ?? 0) },
  { title: 'SANDBOXES', ...number, text: ({ header }) => String(header.node?.sandboxes.removed ?? 0) },
  { title: 'IMAGES', ...number, text: ({ header }) => String(header.node?.images.removed ?? 0) },
  { title: 'WOULD FREE', ...number, text: ({ header }) => formatBytes(header.freesBytes) },
];

const withoutColumns: readonly Column<FleetCounts['without'][number]>[] = [
  { title: 'NO PLAN FOR', text: ({ node }) => node },
  { title: 'WHY', text: ({ why }) => why },
];

const reasonColumns: readonly Column<KeptCount>[] = [
  { title: 'KEPT', ...number, text: ({ count }) => String(count) },
  { title: 'REASON', text: ({ reason }) => reason },
  { title: 'MEANING', text: ({ meaning }) => meaning },
];

function actionColumns(isWide: boolean): readonly Column<Action>[] {
  return [
    { title: 'NODE', text: ({ node }) => node ?? '' },
    { title: 'TARGET', text: (action) => called(action) },
    ...(isWide ? [{ title: 'ID', text: ({ target }: Action) => target.key }] : []),
    { title: 'ACTION', text: (action) => action.do },
    { title: 'REASON', text: ({ reason }) => reason },
    { title: 'BECAUSE', text: ({ because }) => because },
    { title: 'FREES', ...number, text: ({ freesBytes }) => formatBytes(freesBytes) },
  ];
}

const markdownColumns: readonly MarkdownColumn<Action>[] = [
  { title: 'Node', cell: ({ node }) => mdCode(node ?? '') },
  { title: 'Target', cell: (action) => mdText(called(action)) },
  { title: 'Action', cell: (action) => action.do },
  { title: 'Because', cell: ({ because }) => mdText(because) },
  { title: 'Frees', ...number, cell: ({ freesBytes }) => formatBytes(freesBytes) },
];
