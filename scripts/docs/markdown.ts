/** A table: a row of titles, the rule, the rows. Bars in cells are escaped, line breaks become blanks. */
export function tableOf(titles: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  return [titles, titles.map(() => '---'), ...rows].map(
    (cells) =>
      `| ${cells
        .map((cell) =>
          cell
            .replace(/\s+/g, ' ')
            .replace(/(?<!\\)\|/g, '\\|')
            .trim(),
        )
        .join(' | ')} |`,
  );
}

/** Words of a table in the code, as a sentence: a capital at the front, a full stop at the end. */
export function sentence(words: string): string {
  const text = words.trim();
  const capital = /^[a-z]/.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
  return /[.!?…]$/.test(capital) ? capital : `${capital}.`;
}

/**
 * Puts text between `<!-- generated: NAME -->` and `<!-- end -->`.
 *
 * @throws when the page has no such place
 */
export function fillBlock(page: string, name: string, lines: readonly string[]): string {
  const begin = `<!-- generated: ${name} -->`;
  const from = page.indexOf(begin);
  const to = page.indexOf('<!-- end -->', from);
  if (from < 0 || to < 0) throw new Error(`filling in ${name}: the page has no ${begin} … <!-- end -->`);
  return `${page.slice(0, from + begin.length)}\n\n${lines.join('\n')}\n\n${page.slice(to)}`;
}
