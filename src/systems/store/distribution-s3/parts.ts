import type { StorePart } from '../contract.ts';

/** What a run works on: a part of the storage, or, `undefined`, the whole. */
export type Part = StorePart | undefined;

/** Whether two runs could meet at one blob. Parts of different numbers are taken to. */
export function overlap(a: Part, b: Part): boolean {
  return a === undefined || b === undefined || a.count !== b.count || a.index === b.index;
}

export function isSamePart(a: Part, b: Part): boolean {
  return a?.index === b?.index && a?.count === b?.count;
}

/** How names of Winnow's own objects end: `-2-of-8`; nothing for the whole. */
export function nameOfPart(part: Part): string {
  return part === undefined ? '' : `-${part.index}-of-${part.count}`;
}

/** Reads what {@link nameOfPart} wrote before an ending. What it never writes is taken for the whole, which is in everybody's way. */
export function partInName(name: string, ending: `.${string}`): Part {
  const [, index, count] = /-([1-9]\d{0,3})-of-([1-9]\d{0,3})$/.exec(name.slice(0, -ending.length)) ?? [];
  const part = { index: Number(index), count: Number(count) };
  return index === undefined || !name.endsWith(ending) || part.index > part.count ? undefined : part;
}
