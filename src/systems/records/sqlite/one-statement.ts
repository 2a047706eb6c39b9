/**
 * The text of a query without a final `;`, or undefined when anything but white space and comments stands behind one: the
 * driver would run the first statement and silently drop the rest.
 *
 * @see https://www.sqlite.org/lang_comment.html, https://www.sqlite.org/lang_keywords.html (the four ways to quote)
 */
export function oneStatement(query: string): string | undefined {
  let end: number | undefined;
  for (const { 0: token, index } of query.matchAll(TOKENS)) {
    if (token === ';') end ??= index;
    else if (end !== undefined && !/^(?:\s|--|\/\*)/.test(token)) return undefined;
  }
  return end === undefined ? query : query.slice(0, end);
}

/** White space, comments, quoted text (a doubled quote goes on), `;`, and runs or single characters of all else. */
const TOKENS =
  /\s+|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|;|[^\s;'"`[\-/]+|[\s\S]/g;
