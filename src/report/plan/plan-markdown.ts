import { formatResource } from '../../evidence/resource.ts';
import type { Action } from '../../plan/action.ts';
import type { PlanHeader } from '../../plan/plan.ts';
import { systemKind, systemName } from '../../plan/plan.ts';
import type { KeptTag } from '../../plan/repository-counts.ts';
import { formatBytes } from '../../util/pure/bytes.ts';
import { firstOf } from '../first-of.ts';
import { groupGaps, SHOWN_OF_A_KIND } from '../gap-groups.ts';
import { gapSentence } from '../gap-lines.ts';
import { type KeptCount, keptCounts } from '../kept-by-reason.ts';
import { type MarkdownColumn, markdownTable, mdCode, mdText } from '../markdown.ts';
import { section } from '../section.ts';
import { counted, shortTime } from '../words.ts';
import { nextCommand, type PlanToShow, planSummary, planTotals } from './plan-to-show.ts';
import { usesItems } from './uses.ts';

const SHOWN = 50;

type RepositoryCounts = PlanHeader['repositories'][number];

/** A plan for a merge request or a chat: short, whatever the size of the registry. */
export function* planMarkdown(plan: PlanToShow): Generator<string> {
  const { header, kept } = plan;
  const { found, live, removed } = planTotals(header);
  yield `## Winnow ${header.flow}: ${counted(removed, 'tag')} of ${found} would go`;
  yield '';
  yield '**Dry run: nothing was deleted.**';
  yield* section(planSummary(header).map(mdText));
  yield '';
  yield `- ${systemKind(header.scope) === 'store' ? 'Store' : 'Registry'} ${mdCode(systemName(header.scope))}${header.scope.cluster === undefined ? '' : `, cluster ${mdCode(header.scope.cluster)}`}`;
  yield `- ${found} found, ${live} ${header.clusters === undefined ? 'live' : 'used'}, ${removed} to remove, ${found - removed} to keep`;
  yield `- Plan ${mdCode(header.id)}, can be applied until ${shortTime(header.expiresAtMs)}`;
  yield* usesItems(header);
  yield* section(brokenItems(header));
  yield* section(repositoryTable(header.repositories));
  yield* section(markdownTable(reasonColumns, keptCounts(header.keptByReason)));
  yield* section(gapItems(header));
  yield* section(actionTable(plan));
  if (kept !== undefined) yield* section(markdownTable(keptColumns, firstOf(kept, SHOWN)));
  yield '';
  const next = nextCommand(plan);
  yield `Next: ${next === plan.next ? mdCode(next) : mdText(next)}`;
}

function* brokenItems({ broken }: PlanHeader): Generator<string> {
  if (broken.length === 0) return;
  yield `**Stopped by ${counted(broken.length, 'limit')}: this plan can be shown, not applied.**`;
  yield '';
  for (const one of broken) yield `- ${mdText(one)}`;
}

/** The repositories from which something goes, and others as far as there is room. */
function* repositoryTable(repositories: readonly RepositoryCounts[]): Generator<string> {
  const first = [...repositories].sort((a, b) => Number(b.removed > 0) - Number(a.removed > 0));
  yield* markdownTable(repositoryColumns, first.slice(0, SHOWN));
  yield* more(repositories.length - SHOWN, 'repository');
}

function* gapItems({ gaps }: PlanHeader): Generator<string> {
  if (gaps.length === 0) return;
  yield `**${counted(gaps.length, 'thing')} could not be seen; what could hang on that was kept:**`;
  yield '';
  const kinds = groupGaps(gaps);
  for (const kind of kinds.slice(0, SHOWN)) {
    for (const [index, gap] of kind.slice(0, SHOWN_OF_A_KIND).entries())
      yield `- ${mdText(gapSentence(gap))}${gap.hint === undefined || index > 0 ? '' : ` *Hint: ${mdText(gap.hint)}*`}`;
    if (kind.length > SHOWN_OF_A_KIND) yield `- … and ${kind.length - SHOWN_OF_A_KIND} more like these`;
  }
  yield* more(kinds.slice(SHOWN).flat().length, 'gap');
}

function* actionTable({ header, actions }: PlanToShow): Generator<string> {
  yield* markdownTable(actionColumns, firstOf(actions, SHOWN));
  yield* more(header.actionCount - SHOWN, 'action');
}

function* more(count: number, noun: string): Generator<string> {
  if (count <= 0) return;
  yield '';
  yield `… and ${counted(count, `more ${noun}`)}`;
}

const repositoryColumns: readonly MarkdownColumn<RepositoryCounts>[] = [
  { title: 'Repository', cell: ({ repository }) => mdCode(repository) },
  { title: 'Class', cell: (row) => mdText(row.class) },
  { title: 'Found', align: 'right', cell: ({ found }) => String(found) },
  { title: 'Live', align: 'right', cell: ({ live }) => String(live) },
  { title: 'Remove', align: 'right', cell: ({ removed }) => String(removed) },
  { title: 'Keep', align: 'right', cell: ({ found, removed }) => String(found - removed) },
  { title: 'Frees', align: 'right', cell: ({ freesBytes }) => formatBytes(freesBytes) },
];

const reasonColumns: readonly MarkdownColumn<KeptCount>[] = [
  { title: 'Kept', align: 'right', cell: ({ count }) => String(count) },
  { title: 'Reason', cell: ({ reason }) => mdCode(reason) },
  { title: 'Meaning', cell: ({ meaning }) => mdText(meaning) },
];

const actionColumns: readonly MarkdownColumn<Action>[] = [
  { title: 'Target', cell: ({ target }) => mdCode(formatResource(target)) },
  { title: 'Action', cell: (action) => action.do },
  { title: 'Reason', cell: ({ reason }) => reason },
  { title: 'Because', cell: ({ because }) => mdText(because) },
  { title: 'Frees', align: 'right', cell: ({ freesBytes }) => formatBytes(freesBytes) },
];

const keptColumns: readonly MarkdownColumn<KeptTag>[] = [
  { title: 'Kept', cell: ({ target }) => mdCode(target) },
  { title: 'Reason', cell: ({ reason }) => reason },
  { title: 'Because', cell: ({ because }) => mdText(because) },
];
