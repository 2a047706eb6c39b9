/**
 * Reads a URL; undefined for what is none.
 *
 * In place of `URL.canParse`, which of Node 20 and 22 errs on letters beyond ASCII once it has been called some thousand times.
 */
export function readUrl(text: string, base?: string | URL): URL | undefined {
  try {
    return new URL(text, base);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}
