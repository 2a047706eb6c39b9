import { folded } from './batches.ts';
import type { InventoryLine, InventoryTag, Verdict } from './inventory.ts';

/** Sums over tags that all filters treat alike. */
export interface TagSum {
  readonly repository: string;
  readonly verdict: Verdict;
  readonly tags: number;
  readonly exclusiveBytes: number;
}

/** What a search for a tag looks into, in lower case. */
export function searchedIn({ repository, tag }: Pick<InventoryTag, 'repository' | 'tag'>): string {
  const name = `${repository}:${tag}`;
  return folded(name) ?? name;
}

export type InventoryItem =
  | Exclude<InventoryLine, { readonly tag: InventoryTag }>
  | { readonly tag: InventoryTag & { readonly n: number; readonly folded: string | undefined } }
  | { readonly tagSum: TagSum };

/** What is to be written of an inventory, in order: its lines with the tags numbered, and at the end the sums of the tags. */
export function inventoryItems(lines: AsyncIterable<InventoryLine> | Iterable<InventoryLine>): {
  readonly items: AsyncGenerator<InventoryItem>;
  tags(): number;
} {
  const sums = new Map<string, TagSum>();
  let tags = 0;
  async function* items(): AsyncGenerator<InventoryItem> {
    for await (const line of lines) {
      if (!('tag' in line)) {
        yield line;
        continue;
      }
      addTo(sums, line.tag);
      yield { tag: { ...line.tag, n: tags, folded: folded(`${line.tag.repository}:${line.tag.tag}`) } };
      tags += 1;
    }
    for (const tagSum of sums.values()) yield { tagSum };
  }
  return { items: items(), tags: () => tags };
}

function addTo(sums: Map<string, TagSum>, { repository, verdict, exclusiveBytes }: InventoryTag): void {
  const key = `${repository}\0${verdict}`;
  const known = sums.get(key);
  sums.set(key, {
    repository,
    verdict,
    tags: (known?.tags ?? 0) + 1,
    exclusiveBytes: (known?.exclusiveBytes ?? 0) + exclusiveBytes,
  });
}
