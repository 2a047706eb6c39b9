/** Whether a document's value is written as a list: anything that can be iterated, but a text. */
export function isList(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value;
}
