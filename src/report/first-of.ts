/** The first items, without asking for more than those. */
export function* firstOf<Item>(items: Iterable<Item>, count: number): Generator<Item> {
  if (count <= 0) return;
  let given = 0;
  for (const item of items) {
    yield item;
    given += 1;
    if (given >= count) return;
  }
}
