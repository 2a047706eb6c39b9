import { printable } from '../../report/printable.ts';

/**
 * Widths of characters for labels in pictures, which have to fit before any browser has measured them. They are those of the widest
 * sans-serif fonts in common use, in parts of the font's size: what fits by them fits in narrower fonts too.
 */
const widths: readonly (readonly [characters: string, width: number])[] = [
  ["ijl'|", 0.28],
  ['Ift .,:;!/\\', 0.4],
  ['r()[]{}-"*', 0.46],
  ['csvxyzJkTL_', 0.64],
  ['abdeghnopqu?$0123456789FSZEPYBRKXVACU', 0.7],
  ['w+<>=~^#&DGHNOQ', 0.84],
  ['mMW%@…', 1],
];
const widthOf = new Map(widths.flatMap(([characters, width]) => [...characters].map((one) => [one, width] as const)));
/** Latin, Greek and Cyrillic letters with and without marks; all else may be as wide as high, or a bit more. */
const NARROW = /^[\u00a0-\u058f]$/;
const MARK = /^\p{Mark}$/u;

/** How wide a text can get, in the unit of the font's size. */
export function textWidth(text: string, fontSize: number): number {
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width * fontSize;
}

/**
 * The text, or as much of its beginning as fits with `…` behind it. Empty where that would be less than three characters: no label says
 * more than that one. Characters that would turn the writing round are written out.
 */
export function fitText(text: string, width: number, fontSize: number): string {
  const shown = printable(text);
  if (textWidth(shown, fontSize) <= width) return shown;
  let room = width / fontSize - characterWidth('…');
  let fitting = '';
  for (const character of shown) {
    room -= characterWidth(character);
    if (room < 0) break;
    fitting += character;
  }
  return [...fitting].length < 3 ? '' : `${fitting}…`;
}

function characterWidth(character: string): number {
  const known = widthOf.get(character);
  if (known !== undefined) return known;
  if (MARK.test(character)) return 0;
  return NARROW.test(character) ? 0.9 : 1.3;
}
