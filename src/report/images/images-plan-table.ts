import type { Action } from '../../plan/action.ts';
import type { PlanHeader } from '../../plan/plan.ts';
import type { KeptTag } from '../../plan/repository-counts.ts';
import { formatBytes } from '../../util/pure/bytes.ts';
import { factLines } from '../fact-lines.ts';
import { firstOf } from '../first-of.ts';
import { gapLines } from '../gap-lines.ts';
import { type KeptCount, keptCounts } from '../kept-by-reason.ts';
import type { Paint } from '../paint.ts';
import type { PlanToShow } from '../plan/plan-to-show.ts';
import { printable } from '../printable.ts';
import { section } from '../section.ts';
import { shortDigests } from '../short-digest.ts';
import { type Column, tableLines } from '../table.ts';
import { counted, shortTime } from '../words.ts';
import { badReferenceLines } from './bad-reference-lines.ts';
import { imagesTarget, withoutName } from './images-targets.ts';
import { imagesFacts, imagesPlanSummary, nextImagesCommand } from './images-words.ts';

const SHOWN_ACTIONS = 20;
const SHOWN_STREAMS = 20;

/** A plan for OpenShift's images, for eyes. @param show.all - every action, stream, bad reference and gap */
export function* imagesPlanTable(plan: PlanToShow, show: { readonly all: boolean }, paint: Paint): Generator<string> {
  const { header, actions, kept } = plan;
  const apiName = header.scope.images?.name ?? '';
  yield paint.bold('DRY RUN: nothing was deleted');
  yield* factLines([
    ['Plan', `${header.id} (${header.flow} images)`],
    ...imagesFacts(header),
    ['Cluster', header.scope.cluster],
    ['Made', `${shortTime(header.madeAtMs)}, can be applied until ${shortTime(header.expiresAtMs)}`],
  ]);
  yield* section(streamLines(header, show.all, paint));
  yield* section(tableLines(reasonColumns('ITEMS KEPT'), keptCounts(header.keptByReason), paint));
  yield* section(tableLines(reasonColumns('IMAGES KEPT'), keptCounts(header.images?.images.keptByReason ?? {}), paint));
  yield* section(badReferenceLines(header.badReferences ?? [], show, paint));
  yield* section(gapLines(header.gaps, show, paint));
  yield* section(brokenLines(header.broken, paint));
  const shown = show.all ? actions : firstOf(actions, SHOWN_ACTIONS);
  yield* section(tableLines(actionColumns(show.all, apiName), shown, paint));
  const more = header.actionCount - SHOWN_ACTIONS;
  if (!show.all && more > 0) yield `… and ${more} more (-o wide shows all)`;
  if (kept !== undefined) yield* section(tableLines(keptColumns(show.all, apiName), kept, paint));
  yield '';
  yield* imagesPlanSummary(header);
  yield `Next: ${printable(nextImagesCommand(plan))}`;
}

/** The streams that lose items, those that lose most first. */
function* streamLines({ repositories }: PlanHeader, all: boolean, paint: Paint): Generator<string> {
  const losing = repositories.filter(({ removed }) => removed > 0).sort((a, b) => b.removed - a.removed);
  yield* tableLines(streamColumns(paint), all ? losing : losing.slice(0, SHOWN_STREAMS), paint);
  const more = losing.length - SHOWN_STREAMS;
  if (!all && more > 0) yield `… and ${more} more (-o wide shows all)`;
}

function* brokenLines(broken: readonly string[], paint: Paint): Generator<string> {
  if (broken.length === 0) return;
  yield paint.red(`STOPPED BY ${counted(broken.length, 'LIMIT')}: this plan can be shown, not applied`);
  for (const one of broken) yield `${paint.red('!')} ${printable(one)}`;
}

type StreamRow = PlanHeader['repositories'][number];

function streamColumns(paint: Paint): readonly Column<StreamRow>[] {
  return [
    { title: 'IMAGE STREAM', text: ({ repository }) => repository },
    { title: 'ITEMS', align: 'right', text: ({ found }) => String(found) },
    { title: 'IN USE', align: 'right', text: ({ live }) => String(live) },
    { title: 'REMOVE', align: 'right', text: ({ removed }) => String(removed), paint: (cell) => paint.red(cell) },
    { title: 'KEEP', align: 'right', text: ({ found, removed }) => String(found - removed) },
    { title: 'FREES', align: 'right', text: ({ freesBytes }) => formatBytes(freesBytes) },
  ];
}

function reasonColumns(title: string): readonly Column<KeptCount>[] {
  return [
    { title, align: 'right', text: ({ count }) => String(count) },
    { title: 'REASON', text: ({ reason }) => reason },
    { title: 'MEANING', text: ({ meaning }) => meaning },
  ];
}

function actionColumns(isWide: boolean, apiName: string): readonly Column<Action>[] {
  const whole = (text: string) => (isWide ? text : shortDigests(text));
  return [
    { title: 'TARGET', text: ({ target }) => whole(imagesTarget(target, apiName)) },
    { title: 'ACTION', text: (action) => action.do },
    { title: 'REASON', text: ({ reason }) => reason },
    { title: 'BECAUSE', text: ({ because }) => whole(withoutName(because, apiName)) },
    { title: 'FREES', align: 'right', text: ({ freesBytes }) => formatBytes(freesBytes) },
  ];
}

function keptColumns(isWide: boolean, apiName: string): readonly Column<KeptTag>[] {
  const whole = (text: string) => (isWide ? text : shortDigests(text));
  // As `explain` takes them: an Image is its digest.
  const name = (target: string) => withoutName(target, apiName).replace(/^image-object /, '');
  return [
    { title: 'KEPT', text: ({ target }) => whole(name(target)) },
    { title: 'REASON', text: ({ reason }) => reason },
    { title: 'BECAUSE', text: ({ because }) => whole(withoutName(because, apiName)) },
  ];
}
