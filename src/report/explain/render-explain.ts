import type { Gap } from '../../evidence/gap.ts';
import { type Reason, reasons } from '../../policy/reason.ts';
import { type Document, documentHead } from '../document.ts';
import { gapLines, gapSentence } from '../gap-lines.ts';
import { mdCode, mdText } from '../markdown.ts';
import { isDocumentFormat, type OutputFormat } from '../output-format.ts';
import type { Paint } from '../paint.ts';
import { printable } from '../printable.ts';
import { renderDocument } from '../render-document.ts';
import { section } from '../section.ts';
import { type Column, tableLines } from '../table.ts';
import type { WayStep } from './way.ts';
import { whatWouldChange } from './what-would-change.ts';

/** Why a thing stays or goes. */
export interface Explanation {
  /** `host/repo:tag` or `host/repo@sha256:…`. */
  readonly target: string;
  readonly registry: string;
  /** `absent`: the registry has no such thing. */
  readonly verdict: 'keep' | 'delete' | 'absent';
  /** Missing only for what is absent. */
  readonly reason?: Reason;
  /** From what keeps it (or has retired it) down to the target. One step: it is its own root. */
  readonly way: readonly WayStep[];
  /** Other tags on the same digest: they share its manifest, not its fate. */
  readonly siblings?: readonly Sibling[];
  /** What could not be seen where the target is. */
  readonly gaps?: readonly Gap[];
  /** Of what is absent: how to see what there is. Default: the tags of its repository. */
  readonly next?: string;
}

export interface Sibling {
  readonly target: string;
  readonly verdict: 'keep' | 'delete';
  readonly reason: Reason;
}

/** Tells why a thing stays or goes, the way back to the root, and what would have to change. @returns lines, without line feeds. */
export function renderExplain(explanation: Explanation, format: OutputFormat, paint: Paint): Iterable<string> {
  if (isDocumentFormat(format)) return renderDocument(explainDocument(explanation), format);
  return format === 'markdown' ? explainMarkdown(explanation) : explainText(explanation, paint);
}

function explainDocument({ target, registry, verdict, reason, way, siblings = [], gaps = [] }: Explanation): Document {
  return [
    ...documentHead('Explanation'),
    ['registry', registry],
    ['target', target],
    ['verdict', verdict],
    ['reason', reason?.code],
    ['meaning', reason === undefined ? undefined : reasons[reason.code].meaning],
    ['because', reason?.because],
    ['whatWouldChange', reason === undefined ? undefined : whatWouldChange(reason.code)],
    ['way', way],
    [
      'siblings',
      siblings.map((one) => ({
        target: one.target,
        verdict: one.verdict,
        reason: one.reason.code,
        because: one.reason.because,
      })),
    ],
    ['gaps', gaps],
  ];
}

const verdicts = { keep: 'STAYS', delete: 'GOES', absent: 'IS NOT THERE' } as const;

function* explainText(explanation: Explanation, paint: Paint): Generator<string> {
  const { target, verdict, reason, way, siblings = [], gaps = [], next } = explanation;
  const tint = verdict === 'delete' ? paint.red : verdict === 'keep' ? paint.green : paint.yellow;
  yield `${printable(target)} ${tint(verdicts[verdict])}`;
  if (reason !== undefined) {
    yield `  ${reason.code}: ${reasons[reason.code].meaning}`;
    yield `  because: ${printable(reason.because)}`;
  }
  yield* section(wayLines(way, verdict));
  if (reason !== undefined) yield* section([changeSentence(verdict, reason)]);
  yield* section(tableLines(siblingColumns, siblings, paint));
  yield* section(gapLines(gaps, { all: true }, paint));
  if (verdict === 'absent') yield* section([nextForAbsent(next)]);
}

function nextForAbsent(next = 'winnow tag ls REPO'): string {
  return `Nothing of this name was found. Next: ${next}`;
}

function* wayLines(way: readonly WayStep[], verdict: Explanation['verdict']): Generator<string> {
  if (way.length === 0) return;
  yield verdict === 'delete' ? 'What has let it go:' : 'What keeps it:';
  yield* way.map((step, n) => `  ${'  '.repeat(n)}${printable(stepWords(step))}`);
}

function stepWords({ resource, note, words }: WayStep): string {
  return `${resource}${note === undefined ? '' : ` (${note})`}${words === undefined ? '' : ` ${words} →`}`;
}

function changeSentence(verdict: Explanation['verdict'], { code }: Reason): string {
  return `For it to ${verdict === 'delete' ? 'stay' : 'go'}, ${whatWouldChange(code)}.`;
}

function* explainMarkdown(explanation: Explanation): Generator<string> {
  const { target, verdict, reason, way, siblings = [], gaps = [], next } = explanation;
  yield `## ${mdCode(target)} ${verdicts[verdict].toLowerCase()}`;
  if (reason !== undefined)
    yield* section([`${mdCode(reason.code)}: ${reasons[reason.code].meaning} (${mdText(reason.because)}).`]);
  yield* section(way.map((step, n) => `${'  '.repeat(n)}- ${mdText(stepWords(step))}`));
  if (reason !== undefined) yield* section([mdText(changeSentence(verdict, reason))]);
  yield* section(
    siblings.map(
      (one) => `- ${mdCode(one.target)} ${verdicts[one.verdict].toLowerCase()}: ${mdText(one.reason.because)}`,
    ),
  );
  yield* section(gaps.map((gap) => `- ${mdText(gapSentence(gap))}`));
  if (verdict === 'absent') yield* section([nextForAbsent(next)]);
}

const siblingColumns: readonly Column<Sibling>[] = [
  { title: 'SAME DIGEST', text: ({ target }) => target },
  { title: 'VERDICT', text: ({ verdict }) => verdict },
  { title: 'REASON', text: ({ reason }) => reason.code },
  { title: 'BECAUSE', text: ({ reason }) => reason.because },
];
