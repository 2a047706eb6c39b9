/** Control characters, and those that turn the direction of writing round: a terminal would obey them. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not reach a terminal.
const OBEYED = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/**
 * A text from outside (a tag, a record's status, a server's answer) on one line, with nothing in it that a terminal would
 * obey: line breaks and tabs become spaces, other control characters are written out.
 */
export function printable(text: string): string {
  return text
    .replace(/[\r\n\t\u2028\u2029]+/g, ' ')
    .replace(OBEYED, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
