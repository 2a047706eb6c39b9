import { type Damage, damageKinds } from '../../graph/damage-kinds.ts';
import { factLines } from '../fact-lines.ts';
import { gapSentence } from '../gap-lines.ts';
import type { Paint } from '../paint.ts';
import { printable } from '../printable.ts';
import { section } from '../section.ts';
import { shortDigests } from '../short-digest.ts';
import { type Column, tableLines } from '../table.ts';
import type { FsckFindings } from './findings.ts';
import { fsckFacts, isBroken, remedyWords, repairInWords, toBePushed } from './fsck-words.ts';
import { checkFacts, damageOfCheck, hasBroken, nextOfCheck, type RunCheck } from './run-check.ts';

const SHOWN = 20;

/** The findings, for eyes. @param all - every one of them, with whole digests */
export function* fsckTable(findings: FsckFindings, all: boolean, paint: Paint): Generator<string> {
  const { damage, repair } = findings;
  yield* factLines(fsckFacts(findings));
  yield* section(tableLines(damageColumns(all, paint), first(damage, all), paint));
  yield* moreOf(damage, all);
  yield* section(unseenLines(findings, all, paint));
  yield* section(pushLines(damage, all, paint));
  if (repair !== undefined) yield* section([printable(repairInWords(repair))]);
  else if (damage.some(({ kind }) => ['link', 'restore'].includes(damageKinds[kind].remedy)))
    yield* section(['Next: winnow fsck --repair shows what can be healed; with --confirm it heals it.']);
}

/** The check around a run, for eyes. @param address - of the storage */
export function* checkTable(check: RunCheck, address: string, all: boolean, paint: Paint): Generator<string> {
  const { appeared, unseen } = check;
  yield paint.bold('CHECKED BEFORE AND AFTER');
  yield* factLines(checkFacts(check));
  for (const [title, damage] of damageOfCheck(check)) {
    yield* section([hasBroken(check) && damage === appeared ? paint.red(title) : paint.bold(title)]);
    yield* tableLines(damageColumns(all, paint), first(damage, all), paint);
    yield* moreOf(damage, all);
  }
  for (const gap of first(unseen, all)) yield `${paint.yellow('!')} ${printable(gapSentence(gap))}`;
  yield* moreOf(unseen, all);
  const next = nextOfCheck(check, address);
  if (next !== undefined) yield* section([paint.red(printable(next))]);
}

export function damageColumns(all: boolean, paint: Paint): readonly Column<Damage>[] {
  const whole = (text: string) => (all ? text : shortDigests(text));
  return [
    {
      title: 'SEVERITY',
      text: ({ kind }) => damageKinds[kind].severity,
      paint: (cell, one) => (isBroken(one) ? paint.red(cell) : paint.yellow(cell)),
    },
    { title: 'WHAT', text: ({ kind }) => kind },
    { title: 'REPOSITORY', text: ({ repository }) => repository || '-' },
    { title: 'THING', text: ({ what }) => whole(what) },
    { title: 'TAGS', text: ({ tags }) => tagsInWords(tags, all) },
    { title: 'HEALED BY', text: ({ kind }) => remedyWords[damageKinds[kind].remedy] },
    { title: 'BECAUSE', text: ({ kind, cause }) => whole(cause ?? damageKinds[kind].meaning) },
  ];
}

function tagsInWords(tags: readonly string[], all: boolean): string {
  if (tags.length === 0) return '-';
  if (all || tags.length <= 3) return tags.join(', ');
  return `${tags.slice(0, 2).join(', ')} and ${tags.length - 2} more`;
}

function* unseenLines({ unseen }: FsckFindings, all: boolean, paint: Paint): Generator<string> {
  for (const gap of first(unseen, all)) yield `${paint.yellow('!')} ${printable(gapSentence(gap))}`;
  yield* moreOf(unseen, all);
}

function* pushLines(damage: readonly Damage[], all: boolean, paint: Paint): Generator<string> {
  const images = toBePushed(damage);
  if (images.length === 0) return;
  yield paint.bold('To be pushed again by who has it:');
  for (const image of first(images, all)) yield `  ${printable(image)}`;
  yield* moreOf(images, all);
}

function first<Item>(items: readonly Item[], all: boolean): readonly Item[] {
  return all ? items : items.slice(0, SHOWN);
}

function* moreOf(items: readonly unknown[], all: boolean): Generator<string> {
  if (!all && items.length > SHOWN) yield `… and ${items.length - SHOWN} more (-o wide shows all)`;
}
