import type { Damage } from '../../graph/damage-kinds.ts';
import { gapSentence } from '../gap-lines.ts';
import { markdownTable, mdCode, mdText } from '../markdown.ts';
import { noPaint } from '../paint.ts';
import { section } from '../section.ts';
import type { FsckFindings } from './findings.ts';
import { damageColumns } from './fsck-table.ts';
import { fsckFacts, repairInWords, toBePushed } from './fsck-words.ts';
import { checkFacts, damageOfCheck, nextOfCheck, type RunCheck } from './run-check.ts';

const SHOWN = 50;

/** The findings, for a merge request or a chat. */
export function* fsckMarkdown(findings: FsckFindings): Generator<string> {
  const { place, damage, unseen, repair } = findings;
  yield `## Winnow fsck: ${mdCode(place)}`;
  yield '';
  for (const [name, value] of fsckFacts(findings).slice(1))
    if (value !== undefined) yield `- ${name}: ${mdText(value)}`;
  yield* damageTable(damage);
  yield* section(unseen.slice(0, SHOWN).map((gap) => `- ${mdText(gapSentence(gap))}`));
  const images = toBePushed(damage);
  if (images.length > 0)
    yield* section(['To be pushed again:', '', ...images.slice(0, SHOWN).map((one) => `- ${mdCode(one)}`)]);
  if (repair !== undefined) yield* section([mdText(repairInWords(repair))]);
}

/** The check around a run. @param address - of the storage */
export function* checkMarkdown(check: RunCheck, address: string): Generator<string> {
  yield '**Checked before and after**';
  yield '';
  for (const [name, value] of checkFacts(check)) if (value !== undefined) yield `- ${name}: ${mdText(value)}`;
  for (const [title, damage] of damageOfCheck(check)) {
    yield* section([`${title}:`]);
    yield* damageTable(damage);
  }
  yield* section(check.unseen.slice(0, SHOWN).map((gap) => `- ${mdText(gapSentence(gap))}`));
  const next = nextOfCheck(check, address);
  if (next !== undefined) yield* section([mdText(next)]);
}

function* damageTable(damage: readonly Damage[]): Generator<string> {
  const columns = damageColumns(false, noPaint).map(({ title, text }) => ({
    title,
    cell: (row: Damage) => mdText(text(row)),
  }));
  yield* section(markdownTable(columns, damage.slice(0, SHOWN)));
  if (damage.length > SHOWN) yield* section([`… and ${damage.length - SHOWN} more`]);
}
