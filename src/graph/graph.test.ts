import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collectEvidence } from '../evidence/evidence.ts';
import type { ResourceId } from '../evidence/resource.ts';
import { edgeKinds } from '../evidence/sink.ts';
import { edgeTable } from './edges.ts';
import { buildGraph, type Graph, keptBy, reverseGraph } from './graph.ts';

const SIZE = 6;
const someEdges = fc.array(
  fc.record({ from: fc.nat(SIZE - 1), to: fc.nat(SIZE - 1), as: fc.constantFrom(...edgeKinds) }),
  { maxLength: 30 },
);

function graphOf(edges: typeof someEdges extends fc.Arbitrary<infer T> ? T : never): Graph {
  const { evidence, sink } = collectEvidence();
  const ids = Array.from({ length: SIZE }, (_, n) => sink.resource('blob', 'r', `${n}`));
  for (const { from, to, as } of edges) sink.refers(ids[from] as ResourceId, ids[to] as ResourceId, as);
  return buildGraph(evidence.resources.size, evidence.edges);
}

function arcs(graph: Graph): readonly string[] {
  return Array.from({ length: graph.size }, (_, keeper) =>
    [...keptBy(graph, keeper)].map(({ id, as }) => `${keeper} ${as} ${id}`),
  ).flat();
}

describe('the graph', () => {
  it('has the arcs that the edge table makes of edges: of each keeper in the order in which they were stated', () => {
    fc.assert(
      fc.property(someEdges, (edges) => {
        const stated = edges.flatMap(({ from, to, as }) => {
          const { keeping } = edgeTable[as];
          return [
            ...(keeping === 'to keeps from' ? [] : [{ keeper: from, text: `${from} ${as} ${to}` }]),
            ...(keeping === 'from keeps to' ? [] : [{ keeper: to, text: `${to} ${as} ${from}` }]),
          ];
        });
        const expected = Array.from({ length: SIZE }, (_, n) => stated.filter(({ keeper }) => keeper === n)).flat();
        const graph = graphOf(edges);
        expect(arcs(graph)).toEqual(expected.map(({ text }) => text));
        expect(graph.rows.length).toBe(SIZE + 1);
      }),
    );
  });

  it('has every arc the other way when it is turned round, and is the same when it is turned twice', () => {
    fc.assert(
      fc.property(someEdges, (edges) => {
        const graph = graphOf(edges);
        const turned = arcs(reverseGraph(graph)).map((arc) => arc.split(' ').reverse().join(' '));
        expect([...turned].sort()).toEqual([...arcs(graph)].sort());
        expect([...arcs(reverseGraph(reverseGraph(graph)))].sort()).toEqual([...arcs(graph)].sort());
      }),
    );
  });
});
