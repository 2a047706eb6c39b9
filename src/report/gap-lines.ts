import type { Gap } from '../evidence/gap.ts';
import { groupGaps, SHOWN_OF_A_KIND } from './gap-groups.ts';
import type { Paint } from './paint.ts';
import { printable } from './printable.ts';
import { counted } from './words.ts';

const SHOWN_KINDS = 20;

const hidden: Readonly<Record<Gap['hides'], string>> = {
  existence: 'there may be more there than was listed',
  references: 'what it refers to could not be seen',
  holds: 'who uses it could not be seen',
};

/** A gap in one sentence, without its hint. */
export function gapSentence({ scope, hides, source, cause }: Gap): string {
  return `${scope === '' ? 'everywhere' : scope}: ${hidden[hides]} (${source}: ${cause})`;
}

/**
 * What could not be seen, one `!` line each, by kind, with the next step below. Nothing when all was seen.
 *
 * @param show.all - not just the first of each kind, and not just the first kinds
 */
export function* gapLines(gaps: readonly Gap[], show: { readonly all: boolean }, paint: Paint): Generator<string> {
  if (gaps.length === 0) return;
  yield paint.bold(`${counted(gaps.length, 'thing')} could not be seen; what could hang on that was kept:`);
  const kinds = groupGaps(gaps);
  const shown = show.all ? kinds : kinds.slice(0, SHOWN_KINDS);
  for (const kind of shown) yield* kindLines(kind, show.all ? kind.length : SHOWN_OF_A_KIND, paint);
  const left = kinds.slice(shown.length).reduce((sum, kind) => sum + kind.length, 0);
  if (left > 0) yield `  … and ${left} more (-o wide shows all)`;
}

function* kindLines(kind: readonly Gap[], atMost: number, paint: Paint): Generator<string> {
  for (const gap of kind.slice(0, atMost)) yield `${paint.yellow('!')} ${printable(gapSentence(gap))}`;
  if (kind.length > atMost) yield `  … and ${kind.length - atMost} more like these (-o wide shows all)`;
  const hint = kind[0]?.hint;
  if (hint !== undefined) yield `    hint: ${printable(hint)}`;
}
