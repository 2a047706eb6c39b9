import type { Action } from '../../plan/action.ts';
import type { PlanHeader } from '../../plan/plan.ts';
import { formatBytes } from '../../util/pure/bytes.ts';
import { firstOf } from '../first-of.ts';
import { gapSentence } from '../gap-lines.ts';
import { type KeptCount, keptCounts } from '../kept-by-reason.ts';
import { type MarkdownColumn, markdownTable, mdCode, mdText } from '../markdown.ts';
import type { PlanToShow } from '../plan/plan-to-show.ts';
import { section } from '../section.ts';
import { counted, shortTime } from '../words.ts';
import { badReferenceSentence } from './bad-reference-lines.ts';
import { imagesTarget, withoutName } from './images-targets.ts';
import { imagesFacts, imagesPlanSummary, nextImagesCommand } from './images-words.ts';

const SHOWN = 50;

/** A plan for OpenShift's images, for a merge request or a chat: short, whatever its size. */
export function* imagesPlanMarkdown(plan: PlanToShow): Generator<string> {
  const { header } = plan;
  const { removed = 0, found = 0 } = header.images?.images ?? {};
  yield `## Winnow prune images: ${counted(removed, 'image')} of ${found} would go`;
  yield '';
  yield '**Dry run: nothing was deleted.**';
  yield* section(imagesPlanSummary(header).map((line) => `${mdText(line)}  `));
  yield '';
  for (const [name, value] of imagesFacts(header)) if (value !== undefined) yield `- ${name}: ${mdCode(value)}`;
  yield `- Plan ${mdCode(header.id)}, can be applied until ${shortTime(header.expiresAtMs)}`;
  yield* section(
    items(header.broken, `Stopped by ${counted(header.broken.length, 'limit')}: this plan can be shown, not applied.`),
  );
  const losing = header.repositories.filter((one) => one.removed > 0).sort((a, b) => b.removed - a.removed);
  yield* section(markdownTable(streamColumns, losing.slice(0, SHOWN)));
  yield* section(more(losing.length - SHOWN, 'image stream'));
  yield* section(markdownTable(reasonColumns('Items kept'), keptCounts(header.keptByReason)));
  yield* section(markdownTable(reasonColumns('Images kept'), keptCounts(header.images?.images.keptByReason ?? {})));
  const bad = (header.badReferences ?? []).map(badReferenceSentence);
  yield* section(items(bad, `${counted(bad.length, 'reference')} could not be read; what each may mean was kept:`));
  const gaps = header.gaps.map((gap) => `${gapSentence(gap)}${gap.hint === undefined ? '' : ` (hint: ${gap.hint})`}`);
  yield* section(items(gaps, `${counted(gaps.length, 'thing')} could not be seen; what could hang on that was kept:`));
  yield* section(markdownTable(actionColumns(header.scope.images?.name ?? ''), firstOf(plan.actions, SHOWN)));
  yield* section(more(header.actionCount - SHOWN, 'action'));
  yield '';
  const next = nextImagesCommand(plan);
  yield `Next: ${next === plan.next ? mdCode(next) : mdText(next)}`;
}

function* items(texts: readonly string[], title: string): Generator<string> {
  if (texts.length === 0) return;
  yield `**${title}**`;
  yield '';
  for (const text of texts.slice(0, SHOWN)) yield `- ${mdText(text)}`;
  yield* more(texts.length - SHOWN, 'of these');
}

function* more(count: number, noun: string): Generator<string> {
  if (count > 0) yield noun === 'of these' ? `- … and ${count} more` : `… and ${counted(count, `more ${noun}`)}`;
}

const streamColumns: readonly MarkdownColumn<PlanHeader['repositories'][number]>[] = [
  { title: 'Image stream', cell: ({ repository }) => mdCode(repository) },
  { title: 'Items', align: 'right', cell: ({ found }) => String(found) },
  { title: 'In use', align: 'right', cell: ({ live }) => String(live) },
  { title: 'Remove', align: 'right', cell: ({ removed }) => String(removed) },
  { title: 'Frees', align: 'right', cell: ({ freesBytes }) => formatBytes(freesBytes) },
];

function reasonColumns(title: string): readonly MarkdownColumn<KeptCount>[] {
  return [
    { title, align: 'right', cell: ({ count }) => String(count) },
    { title: 'Reason', cell: ({ reason }) => mdCode(reason) },
    { title: 'Meaning', cell: ({ meaning }) => mdText(meaning) },
  ];
}

function actionColumns(apiName: string): readonly MarkdownColumn<Action>[] {
  return [
    { title: 'Target', cell: ({ target }) => mdCode(imagesTarget(target, apiName)) },
    { title: 'Action', cell: (action) => action.do },
    { title: 'Reason', cell: ({ reason }) => reason },
    { title: 'Because', cell: ({ because }) => mdText(withoutName(because, apiName)) },
    { title: 'Frees', align: 'right', cell: ({ freesBytes }) => formatBytes(freesBytes) },
  ];
}
