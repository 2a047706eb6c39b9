/**
 * Packs rows into batches as they come.
 *
 * @param mostRows - asked before each batch: it may change.
 */
export async function* inBatches<Row>(
  rows: AsyncIterable<Row> | Iterable<Row>,
  mostRows: () => number,
): AsyncGenerator<readonly Row[]> {
  let batch: Row[] = [];
  let most = mostRows();
  for await (const row of rows) {
    if (batch.push(row) < most) continue;
    yield batch;
    batch = [];
    most = mostRows();
  }
  if (batch.length > 0) yield batch;
}

/**
 * Rows as one JSON array, so that many of them cost one call into the database. Neither database takes a NUL in a text: it becomes
 * U+FFFD. What is JSON within a row has it escaped, and keeps it.
 */
export function rowsAsJson(rows: readonly unknown[]): string {
  const json = JSON.stringify(rows);
  if (!json.includes('\\u0000')) return json;
  return JSON.stringify(rows, (_, value: unknown) => (typeof value === 'string' ? withoutNul(value) : value));
}

export function withoutNul(text: string): string {
  return text.replaceAll('\0', '\u{fffd}');
}

/** What a search ignores case by; undefined where a text is so already. */
export function folded(text: string): string | undefined {
  const lower = text.toLowerCase();
  return lower === text ? undefined : lower;
}
