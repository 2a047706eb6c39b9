/** Lines with an empty one before them; nothing at all when there are none. */
export function* section(lines: Iterable<string>): Generator<string> {
  let isFirst = true;
  for (const line of lines) {
    if (isFirst) yield '';
    isFirst = false;
    yield line;
  }
}
