import { collectEvidence } from '../../src/evidence/evidence.ts';
import type { ResourceId } from '../../src/evidence/resource.ts';
import { buildGraph, type Graph } from '../../src/graph/graph.ts';

/** A graph of single letters: `{ A: 'BC' }` says that A keeps B and C. */
export interface LetterGraph {
  readonly graph: Graph;
  id(letter: string): ResourceId;
  letters(ids: Iterable<ResourceId>): string;
}

export function letterGraph(rows: Readonly<Record<string, string>>): LetterGraph {
  const { sink, evidence } = collectEvidence();
  const id = (letter: string) => sink.resource('content', '', letter);
  for (const [from, targets] of Object.entries(rows))
    for (const to of [id(from), ...[...targets].map(id)].slice(1)) sink.refers(id(from), to, 'uses');
  const graph = buildGraph(evidence.resources.size, evidence.edges);
  return { graph, id, letters: (ids) => [...ids].map((one) => evidence.resources.key(one)).join('') };
}
