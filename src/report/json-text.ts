/** What JSON leaves as it is, and a terminal obeys: the upper control characters, and those that turn the direction of writing. */
const OBEYED = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** A value as JSON on one line, safe to look at; `null` for what JSON can't hold. YAML reads it alike. */
export function jsonText(value: unknown): string {
  const text = JSON.stringify(value) ?? 'null';
  if (/^[\x20-\x7e]*$/.test(text)) return text;
  return text.replace(OBEYED, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
