/** One by one, as if they came from a file. */
export async function* streamed<T>(items: Iterable<T>): AsyncGenerator<T> {
  yield* items;
}
