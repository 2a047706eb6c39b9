import type { PlanHeader } from '../../plan/plan.ts';
import { badReferenceLines } from '../images/bad-reference-lines.ts';
import { mdText } from '../markdown.ts';
import type { Paint } from '../paint.ts';
import { printable } from '../printable.ts';
import { section } from '../section.ts';
import { type Column, tableLines } from '../table.ts';
import { counted, shortTime } from '../words.ts';

type Asked = PlanHeader['evidence'][number];

/** Who was asked for a `prune`, what of their names could not be read, and which rules did nothing. Nothing for other plans. */
export function* usesLines(header: PlanHeader, show: { readonly all: boolean }, paint: Paint): Generator<string> {
  const { clusters, badReferences = [], idleRules = [] } = header;
  if (clusters === undefined) return;
  if (clusters.length === 0) yield* section([paint.yellow('No cluster was asked: what runs is not known.')]);
  yield* section(tableLines(clusterColumns, askedClusters(header), paint));
  yield* section(badReferenceLines(badReferences, show, paint));
  yield* section(idleLines(idleRules));
}

/** The clusters are asked first. */
function askedClusters({ evidence, clusters = [] }: PlanHeader): readonly Asked[] {
  return evidence.slice(0, clusters.length);
}

function* idleLines(idleRules: readonly string[]): Generator<string> {
  if (idleRules.length === 0) return;
  yield `${counted(idleRules.length, 'rule')} of the policies met nothing: mistyped, or no longer needed?`;
  for (const rule of idleRules) yield `- ${printable(rule)}`;
}

const clusterColumns: readonly Column<Asked>[] = [
  { title: 'CLUSTER', text: ({ source }) => source },
  { title: 'ASKED', text: ({ observedAtMs }) => shortTime(observedAtMs) },
  { title: 'USES', align: 'right', text: ({ facts }) => String(facts.holds) },
  { title: 'GAPS', align: 'right', text: ({ gaps }) => String(gaps) },
];

/** The same for a merge request or a chat. */
export function* usesItems(header: PlanHeader): Generator<string> {
  const { clusters, badReferences = [], idleRules = [] } = header;
  if (clusters === undefined) return;
  if (clusters.length === 0) yield '- **No cluster was asked: what runs is not known.**';
  for (const { source, facts, gaps } of askedClusters(header))
    yield `- ${mdText(source)}: ${counted(facts.holds, 'use')}, ${counted(gaps, 'gap')}`;
  for (const { reference, by, why } of badReferences)
    yield `- Can not be read: ${mdText(JSON.stringify(reference))} of ${mdText(by.join(', '))}: ${mdText(why)}`;
  for (const rule of idleRules) yield `- Met nothing: ${mdText(rule)}`;
}
