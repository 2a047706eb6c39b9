import { formatResource } from '../../evidence/resource.ts';
import type { Action } from '../../plan/action.ts';
import type { PlanHeader } from '../../plan/plan.ts';
import type { KeptTag } from '../../plan/repository-counts.ts';
import { formatBytes } from '../../util/pure/bytes.ts';
import { factLines } from '../fact-lines.ts';
import { firstOf } from '../first-of.ts';
import { gapLines } from '../gap-lines.ts';
import { type KeptCount, keptCounts } from '../kept-by-reason.ts';
import type { Paint } from '../paint.ts';
import { printable } from '../printable.ts';
import { scopeFacts } from '../scope-fields.ts';
import { section } from '../section.ts';
import { shortDigests } from '../short-digest.ts';
import { type Column, tableLines } from '../table.ts';
import { counted, shortTime } from '../words.ts';
import { nextCommand, type PlanToShow, planSummary, planTotals } from './plan-to-show.ts';
import { usesLines } from './uses.ts';

const SHOWN_ACTIONS = 20;

/** A plan for eyes. @param show.all - every action and gap, and where the evidence came from */
export function* planTable(plan: PlanToShow, show: { readonly all: boolean }, paint: Paint): Generator<string> {
  const { header } = plan;
  yield paint.bold('DRY RUN: nothing was deleted');
  yield* factLines([
    ['Plan', `${header.id} (${header.flow})`],
    ...scopeFacts(header.scope),
    ['Records', header.records.length === 0 ? undefined : header.records.join(', ')],
    ['Made', `${shortTime(header.madeAtMs)}, can be applied until ${shortTime(header.expiresAtMs)}`],
  ]);
  if (show.all) yield* section(tableLines(sourceColumns, header.evidence, paint));
  yield* usesLines(header, show, paint);
  yield* section(tableLines(repositoryColumns(header, paint), repositoryRows(header), paint));
  yield* section(tableLines(reasonColumns, keptCounts(header.keptByReason), paint));
  yield* section(gapLines(header.gaps, show, paint));
  yield* section(brokenLines(header.broken, paint));
  yield* section(actionLines(plan, show, paint));
  if (plan.kept !== undefined) yield* section(tableLines(keptColumns, plan.kept, paint));
  yield '';
  yield* planSummary(header);
  yield `Next: ${printable(nextCommand(plan))}`;
}

function* brokenLines(broken: readonly string[], paint: Paint): Generator<string> {
  if (broken.length === 0) return;
  yield paint.red(`STOPPED BY ${counted(broken.length, 'LIMIT')}: this plan can be shown, not applied`);
  for (const one of broken) yield `${paint.red('!')} ${printable(one)}`;
}

function* actionLines({ header, actions }: PlanToShow, show: { readonly all: boolean }, paint: Paint) {
  yield* tableLines(actionColumns(show.all), show.all ? actions : firstOf(actions, SHOWN_ACTIONS), paint);
  const more = header.actionCount - SHOWN_ACTIONS;
  if (!show.all && more > 0) yield `… and ${more} more (-o wide shows all)`;
}

type RepositoryRow = Pick<PlanHeader['repositories'][number], 'repository' | 'class'> &
  Readonly<Record<'found' | 'live' | 'removed' | 'kept' | 'freesBytes', number>>;

function repositoryRows(header: PlanHeader): readonly RepositoryRow[] {
  const rows = header.repositories.map((one) => ({ ...one, kept: one.found - one.removed }));
  const total = { repository: 'TOTAL', class: '', ...planTotals(header), freesBytes: header.freesBytes };
  return rows.length === 0 ? [] : [...rows, total];
}

function repositoryColumns({ clusters }: PlanHeader, paint: Paint): readonly Column<RepositoryRow>[] {
  const byUse = clusters !== undefined;
  return [
    { title: 'REPOSITORY', text: (row) => row.repository },
    { title: byUse ? 'POLICY' : 'CLASS', text: (row) => row.class },
    { title: 'FOUND', align: 'right', text: (row) => String(row.found) },
    { title: byUse ? 'USED' : 'LIVE', align: 'right', text: (row) => String(row.live) },
    {
      title: 'REMOVE',
      align: 'right',
      text: (row) => String(row.removed),
      paint: (cell, row) => (row.removed > 0 ? paint.red(cell) : cell),
    },
    { title: 'KEEP', align: 'right', text: (row) => String(row.kept) },
    { title: 'FREES', align: 'right', text: (row) => formatBytes(row.freesBytes) },
  ];
}

const reasonColumns: readonly Column<KeptCount>[] = [
  { title: 'KEPT', align: 'right', text: ({ count }) => String(count) },
  { title: 'REASON', text: ({ reason }) => reason },
  { title: 'MEANING', text: ({ meaning }) => meaning },
];

const sourceColumns: readonly Column<PlanHeader['evidence'][number]>[] = [
  { title: 'EVIDENCE', text: ({ source }) => source },
  { title: 'OBSERVED', text: ({ observedAtMs }) => shortTime(observedAtMs) },
  { title: 'EXISTS', align: 'right', text: ({ facts }) => String(facts.exists) },
  { title: 'REFERS', align: 'right', text: ({ facts }) => String(facts.refers) },
  { title: 'HOLDS', align: 'right', text: ({ facts }) => String(facts.holds) },
  { title: 'RETIRES', align: 'right', text: ({ facts }) => String(facts.retires) },
  { title: 'GAPS', align: 'right', text: ({ gaps }) => String(gaps) },
];

function actionColumns(isWide: boolean): readonly Column<Action>[] {
  const whole = (text: string) => (isWide ? text : shortDigests(text));
  return [
    { title: 'TARGET', text: ({ target }) => whole(formatResource(target)) },
    { title: 'ACTION', text: (action) => action.do },
    { title: 'REASON', text: ({ reason }) => reason },
    { title: 'BECAUSE', text: ({ because }) => whole(because) },
    { title: 'FREES', align: 'right', text: ({ freesBytes }) => formatBytes(freesBytes) },
  ];
}

const keptColumns: readonly Column<KeptTag>[] = [
  { title: 'KEPT', text: ({ target }) => target },
  { title: 'REASON', text: ({ reason }) => reason },
  { title: 'BECAUSE', text: ({ because }) => because },
];
