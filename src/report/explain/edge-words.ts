import { edgeTable } from '../../graph/edges.ts';

/** How one end of a link keeps the other, `A <words> B`: `points at`, `lists`; of claims `holds`, `is done with`. */
export function edgeWords(as: string): string {
  if (as === 'holds') return 'holds';
  if (as === 'retires') return 'is done with';
  return Object.hasOwn(edgeTable, as) ? edgeTable[as as keyof typeof edgeTable].words : 'keeps';
}
