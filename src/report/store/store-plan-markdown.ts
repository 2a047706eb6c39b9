import type { Action } from '../../plan/action.ts';
import type { PlanHeader } from '../../plan/plan.ts';
import { formatBytes } from '../../util/pure/bytes.ts';
import { firstOf } from '../first-of.ts';
import { gapSentence } from '../gap-lines.ts';
import { keptCounts } from '../kept-by-reason.ts';
import { type MarkdownColumn, markdownTable, mdCode, mdText } from '../markdown.ts';
import { section } from '../section.ts';
import { counted, shortTime } from '../words.ts';
import { storeTarget } from './store-plan-table.ts';
import { nextStoreCommand, type StorePlanToShow } from './store-plan-to-show.ts';
import { askedFact, cacheFact, storeFacts, storeSummary } from './store-words.ts';

const SHOWN = 50;

/** A plan for a registry's storage, for a merge request or a chat: short, whatever its size. */
export function* storePlanMarkdown(plan: StorePlanToShow): Generator<string> {
  const { header, store } = plan;
  yield `## Winnow ${header.flow}: ${counted(store.wouldDelete.blobs, 'blob')} of ${store.blobs} would go`;
  yield '';
  yield '**Dry run: nothing was deleted.**';
  yield* section(storeSummary(store).map((line) => `${mdText(line)}  `));
  yield '';
  yield `- Store ${mdCode(header.scope.store?.name ?? '')}`;
  for (const [name, value] of [cacheFact(header.scope), askedFact(header), ...storeFacts(store)])
    if (value !== undefined) yield `- ${name}: ${mdText(value)}`;
  yield `- Plan ${mdCode(header.id)}, can be applied until ${shortTime(header.expiresAtMs)}`;
  yield* section(brokenItems(header));
  yield* section(markdownTable(reasonColumns, keptCounts(header.keptByReason)));
  yield* section(gapItems(header));
  yield* section(markdownTable(actionColumns(header.scope.store?.name ?? ''), firstOf(plan.actions, SHOWN)));
  yield* section(more(header.actionCount - SHOWN, 'action'));
  yield '';
  yield `Next: ${mdText(nextStoreCommand(plan))}`;
}

function* brokenItems({ broken }: PlanHeader): Generator<string> {
  if (broken.length === 0) return;
  yield `**Stopped by ${counted(broken.length, 'limit')}: this plan can be shown, not applied.**`;
  yield '';
  for (const one of broken) yield `- ${mdText(one)}`;
}

function* gapItems({ gaps }: PlanHeader): Generator<string> {
  if (gaps.length === 0) return;
  yield `**${counted(gaps.length, 'thing')} could not be seen; what could hang on that was kept:**`;
  yield '';
  for (const gap of gaps.slice(0, SHOWN)) yield `- ${mdText(gapSentence(gap))}`;
  yield* section(more(gaps.length - SHOWN, 'gap'));
}

function* more(count: number, noun: string): Generator<string> {
  if (count > 0) yield `… and ${counted(count, `more ${noun}`)}`;
}

const reasonColumns: readonly MarkdownColumn<ReturnType<typeof keptCounts>[number]>[] = [
  { title: 'Kept', align: 'right', cell: ({ count }) => String(count) },
  { title: 'Reason', cell: ({ reason }) => mdCode(reason) },
  { title: 'Meaning', cell: ({ meaning }) => mdText(meaning) },
];

function actionColumns(storeName: string): readonly MarkdownColumn<Action>[] {
  return [
    { title: 'Target', cell: ({ target }) => mdCode(storeTarget(target, storeName)) },
    { title: 'Action', cell: (action) => action.do },
    { title: 'Reason', cell: ({ reason }) => reason },
    { title: 'Because', cell: ({ because }) => mdText(because) },
    { title: 'Frees', align: 'right', cell: ({ freesBytes }) => formatBytes(freesBytes) },
  ];
}
