import { formatResource } from '../../evidence/resource.ts';
import type { Action } from '../../plan/action.ts';
import type { PlanHeader } from '../../plan/plan.ts';
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
import { nextStoreCommand, type StorePlanToShow } from './store-plan-to-show.ts';
import { askedFact, cacheFact, storeFacts, storeSummary } from './store-words.ts';

const SHOWN_ACTIONS = 20;
const SHOWN_REPOSITORIES = 20;

/** A plan for a registry's storage, for eyes. @param show.all - every action, repository and gap */
export function* storePlanTable(plan: StorePlanToShow, show: { readonly all: boolean }, paint: Paint) {
  const { header, store, actions } = plan;
  yield paint.bold('DRY RUN: nothing was deleted');
  yield* factLines([
    ['Plan', `${header.id} (${header.flow})`],
    ...scopeFacts(header.scope),
    ['Records', header.records.length === 0 ? undefined : header.records.join(', ')],
    cacheFact(header.scope),
    askedFact(header),
    ['Made', `${shortTime(header.madeAtMs)}, can be applied until ${shortTime(header.expiresAtMs)}`],
    ...storeFacts(store),
  ]);
  yield* section(repositoryLines(header, show.all, paint));
  yield* section(tableLines(reasonColumns, keptCounts(header.keptByReason), paint));
  yield* section(gapLines(header.gaps, show, paint));
  yield* section(brokenLines(header.broken, paint));
  const shown = show.all ? actions : firstOf(actions, SHOWN_ACTIONS);
  yield* section(tableLines(actionColumns(show.all, header.scope.store?.name), shown, paint));
  const more = header.actionCount - SHOWN_ACTIONS;
  if (!show.all && more > 0) yield `… and ${more} more (-o wide shows all)`;
  yield '';
  yield* storeSummary(store);
  yield `Next: ${printable(nextStoreCommand(plan))}`;
}

/** Repositories whose links lead to what goes, those with the most bytes first. */
function* repositoryLines({ repositories }: PlanHeader, all: boolean, paint: Paint): Generator<string> {
  const losing = repositories.filter(({ freesBytes }) => freesBytes > 0).sort((a, b) => b.freesBytes - a.freesBytes);
  yield* tableLines(repositoryColumns, all ? losing : losing.slice(0, SHOWN_REPOSITORIES), paint);
  const more = losing.length - SHOWN_REPOSITORIES;
  if (!all && more > 0) yield `… and ${more} more (-o wide shows all)`;
}

function* brokenLines(broken: readonly string[], paint: Paint): Generator<string> {
  if (broken.length === 0) return;
  yield paint.red(`STOPPED BY ${counted(broken.length, 'LIMIT')}: this plan can be shown, not applied`);
  for (const one of broken) yield `${paint.red('!')} ${printable(one)}`;
}

const repositoryColumns: readonly Column<PlanHeader['repositories'][number]>[] = [
  { title: 'REPOSITORY', text: (row) => row.repository },
  { title: 'TAGS', align: 'right', text: ({ found }) => String(found) },
  { title: 'LINKS TO WHAT GOES', align: 'right', text: ({ freesBytes }) => formatBytes(freesBytes) },
];

const reasonColumns: readonly Column<KeptCount>[] = [
  { title: 'KEPT', align: 'right', text: ({ count }) => String(count) },
  { title: 'REASON', text: ({ reason }) => reason },
  { title: 'MEANING', text: ({ meaning }) => meaning },
];

function actionColumns(isWide: boolean, storeName = ''): readonly Column<Action>[] {
  const whole = (text: string) => (isWide ? text : shortDigests(text));
  return [
    { title: 'TARGET', text: ({ target }) => whole(storeTarget(target, storeName)) },
    { title: 'ACTION', text: (action) => action.do },
    { title: 'FREES', align: 'right', text: ({ freesBytes }) => formatBytes(freesBytes) },
    { title: 'LINKED BY', text: ({ repositories = [] }) => linkedBy(repositories, isWide) },
    { title: 'REASON', text: ({ reason }) => reason },
    { title: 'BECAUSE', text: ({ because }) => whole(because) },
  ];
}

/** Without the storage's own name, which is the same for all. */
export function storeTarget(target: Action['target'], storeName: string): string {
  const { kind, scope, key } = target;
  if (kind === 'blob') return key;
  const within = scope.startsWith(`${storeName}/`) ? scope.slice(storeName.length + 1) : '';
  return formatResource({ kind, scope: scope === storeName ? '' : within || scope, key });
}

const SHOWN_NAMES = 2;

function linkedBy(repositories: readonly string[], isWide: boolean): string {
  const shown = isWide ? repositories : repositories.slice(0, SHOWN_NAMES);
  const more = repositories.length - shown.length;
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
