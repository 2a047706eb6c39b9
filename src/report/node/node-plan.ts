import type { Action } from '../../plan/action.ts';
import type { NodeCounts, Orphan } from '../../plan/node-counts.ts';
import type { KeptTag } from '../../plan/repository-counts.ts';
import { formatBytes } from '../../util/pure/bytes.ts';
import { factLines } from '../fact-lines.ts';
import { firstOf } from '../first-of.ts';
import { gapLines } from '../gap-lines.ts';
import { type KeptCount, keptCounts } from '../kept-by-reason.ts';
import { type MarkdownColumn, markdownTable, mdText } from '../markdown.ts';
import type { OutputFormat } from '../output-format.ts';
import type { Paint } from '../paint.ts';
import { nextCommand, type PlanToShow } from '../plan/plan-to-show.ts';
import { printable } from '../printable.ts';
import { scopeFacts } from '../scope-fields.ts';
import { section } from '../section.ts';
import { type Column, tableLines } from '../table.ts';
import { shortTime } from '../words.ts';
import { nodeFacts, nodeSummary } from './node-words.ts';

const SHOWN = 20;
const SHOWN_IN_MARKDOWN = 50;

export type NodePlanToShow = PlanToShow & { readonly node: NodeCounts };

/** A plan for a node. @param format - `table`, `wide` or `markdown` */
export function nodePlan(plan: NodePlanToShow, format: OutputFormat, paint: Paint): Iterable<string> {
  return format === 'markdown' ? inMarkdown(plan) : inTable(plan, { all: format === 'wide' }, paint);
}

function* inTable(plan: NodePlanToShow, show: { readonly all: boolean }, paint: Paint): Generator<string> {
  const { header, node, actions, kept } = plan;
  yield paint.bold('DRY RUN: nothing was removed');
  yield* factLines([
    ['Plan', `${header.id} (${header.flow})`],
    ...scopeFacts(header.scope),
    ...nodeFacts(node),
    ['Made', `${shortTime(header.madeAtMs)}, can be applied until ${shortTime(header.expiresAtMs)}`],
  ]);
  yield* section(tableLines(reasonColumns, keptCounts(header.keptByReason), paint));
  yield* section(gapLines(header.gaps, show, paint));
  yield* section(tableLines(actionColumns(show.all), show.all ? actions : firstOf(actions, SHOWN), paint));
  if (!show.all && header.actionCount > SHOWN) yield `… and ${header.actionCount - SHOWN} more (-o wide shows all)`;
  yield* section(tableLines(orphanColumns, node.orphans, paint));
  if (kept !== undefined) yield* section(tableLines(keptColumns, kept, paint));
  yield '';
  yield* nodeSummary(header, node);
  yield `Next: ${printable(nextCommand(plan))}`;
}

function* inMarkdown(plan: NodePlanToShow): Generator<string> {
  const { header, node, actions } = plan;
  yield `## Winnow ${header.flow} on ${mdText(header.scope.node?.name ?? '')}`;
  yield '';
  yield '**Dry run: nothing was removed.**';
  yield '';
  for (const line of nodeSummary(header, node)) yield mdText(line);
  yield* section(markdownTable(markdownColumns, firstOf(actions, SHOWN_IN_MARKDOWN)));
  const more = header.actionCount - SHOWN_IN_MARKDOWN;
  if (more > 0) yield* section([`… and ${more} more`]);
  yield '';
  yield `Next: ${mdText(nextCommand(plan))}`;
}

/** What a person calls it: an image by its first name, others by the beginning of their id. */
export function called({ target, names }: Action): string {
  return names?.[0] ?? `${target.kind} ${target.key.slice(0, 12)}`;
}

function actionColumns(isWide: boolean): readonly Column<Action>[] {
  return [
    { title: 'TARGET', text: (action) => called(action) },
    ...(isWide ? [{ title: 'ID', text: ({ target }: Action) => target.key }] : []),
    { title: 'ACTION', text: (action) => action.do },
    { title: 'REASON', text: ({ reason }) => reason },
    { title: 'BECAUSE', text: ({ because }) => because },
    { title: 'FREES', align: 'right', text: ({ freesBytes }) => formatBytes(freesBytes) },
  ];
}

const reasonColumns: readonly Column<KeptCount>[] = [
  { title: 'KEPT', align: 'right', text: ({ count }) => String(count) },
  { title: 'REASON', text: ({ reason }) => reason },
  { title: 'MEANING', text: ({ meaning }) => meaning },
];

const keptColumns: readonly Column<KeptTag>[] = [
  { title: 'KEPT', text: ({ target }) => target },
  { title: 'REASON', text: ({ reason }) => reason },
  { title: 'BECAUSE', text: ({ because }) => because },
];

const orphanColumns: readonly Column<Orphan>[] = [
  { title: 'NOBODY’S', text: ({ what, name }) => `${what} ${name}` },
  { title: 'BYTES', align: 'right', text: ({ bytes }) => formatBytes(bytes) },
  { title: 'BECAUSE', text: ({ because }) => because },
];

const markdownColumns: readonly MarkdownColumn<Action>[] = [
  { title: 'Target', cell: (action) => mdText(called(action)) },
  { title: 'Action', cell: (action) => action.do },
  { title: 'Because', cell: ({ because }) => mdText(because) },
  { title: 'Frees', align: 'right', cell: ({ freesBytes }) => formatBytes(freesBytes) },
];
