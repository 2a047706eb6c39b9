import { gapSentence } from '../gap-lines.ts';
import { markdownTable, mdCode, mdText } from '../markdown.ts';
import { noPaint } from '../paint.ts';
import { section } from '../section.ts';
import type { FsckFindings } from './findings.ts';
import { damageColumns } from './fsck-table.ts';
import { fsckFacts, repairInWords, toBePushed } from './fsck-words.ts';

const SHOWN = 50;

/** The findings, for a merge request or a chat. */
export function* fsckMarkdown(findings: FsckFindings): Generator<string> {
  const { place, damage, unseen, repair } = findings;
  yield `## Winnow fsck: ${mdCode(place)}`;
  yield '';
  for (const [name, value] of fsckFacts(findings).slice(1))
    if (value !== undefined) yield `- ${name}: ${mdText(value)}`;
  const columns = damageColumns(false, noPaint).map(({ title, text }) => ({
    title,
    cell: (row: (typeof damage)[number]) => mdText(text(row)),
  }));
  yield* section(markdownTable(columns, damage.slice(0, SHOWN)));
  if (damage.length > SHOWN) yield* section([`… and ${damage.length - SHOWN} more`]);
  yield* section(unseen.slice(0, SHOWN).map((gap) => `- ${mdText(gapSentence(gap))}`));
  const images = toBePushed(damage);
  if (images.length > 0)
    yield* section(['To be pushed again:', '', ...images.slice(0, SHOWN).map((one) => `- ${mdCode(one)}`)]);
  if (repair !== undefined) yield* section([mdText(repairInWords(repair))]);
}
