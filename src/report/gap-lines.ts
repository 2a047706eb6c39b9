import type { Gap } from '../evidence/gap.ts';
import type { Paint } from './paint.ts';
import { printable } from './printable.ts';
import { counted } from './words.ts';

const hidden: Readonly<Record<Gap['hides'], string>> = {
  existence: 'there may be more there than was listed',
  references: 'what it refers to could not be seen',
  holds: 'who uses it could not be seen',
};

/** A gap in one sentence, without its hint. */
export function gapSentence({ scope, hides, source, cause }: Gap): string {
  return `${scope === '' ? 'everywhere' : scope}: ${hidden[hides]} (${source}: ${cause})`;
}

/** What could not be seen, one `!` line each, with the next step below it. Nothing when all was seen. */
export function* gapLines(gaps: readonly Gap[], show: { readonly atMost: number }, paint: Paint): Generator<string> {
  if (gaps.length === 0) return;
  yield paint.bold(`${counted(gaps.length, 'thing')} could not be seen; what could hang on that was kept:`);
  for (const gap of gaps.slice(0, show.atMost)) {
    yield `${paint.yellow('!')} ${printable(gapSentence(gap))}`;
    if (gap.hint !== undefined) yield `    hint: ${printable(gap.hint)}`;
  }
  if (gaps.length > show.atMost) yield `  … and ${gaps.length - show.atMost} more (-o wide shows all)`;
}
