import type { Gap } from '../evidence/gap.ts';

/** How many gaps of one kind are shown, where not all are. */
export const SHOWN_OF_A_KIND = 3;

/**
 * Gaps that differ only in what they are about: a registry that is ill for an hour gives thousands of them, with one cause. In the
 * order in which the first of each came.
 */
export function groupGaps(gaps: readonly Gap[]): readonly (readonly Gap[])[] {
  const groups = new Map<string, Gap[]>();
  for (const gap of gaps) {
    const key = JSON.stringify([gap.source, gap.hint, gap.cause.split(' ').map(wordOrName).join(' ')]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [gap]);
    else group.push(gap);
  }
  return [...groups.values()];
}

/** Addresses, references, digests, quoted texts and the numbers of rows are names; statuses and codes are words. */
function wordOrName(word: string, index: number, words: readonly string[]): string {
  if (/^(?:row|line|page)$/.test(words[index - 1] ?? '')) return '…';
  return /[/"]|[^:]:[^:]/.test(word) ? '…' : word;
}
