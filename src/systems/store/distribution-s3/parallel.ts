/**
 * Works through items, so many at once. The first failure ends it: nothing new is begun, and what is under way is waited for.
 *
 * @throws what the first that failed threw
 */
export async function inParallel<T>(
  items: Iterable<T>,
  atOnce: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items[Symbol.iterator]();
  let failed: { readonly thrown: unknown } | undefined;
  const worker = async (): Promise<void> => {
    for (let next = queue.next(); next.done !== true && failed === undefined; next = queue.next())
      try {
        await work(next.value);
      } catch (thrown) {
        failed ??= { thrown };
      }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  if (failed !== undefined) throw (failed as { readonly thrown: unknown }).thrown;
}
