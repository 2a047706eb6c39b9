import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { letterGraph } from '../../test/support/letter-graph.ts';
import { mark } from './mark.ts';
import { rootOf, wayBack } from './why.ts';

function reached(rows: Record<string, string>, roots: string): string {
  const { graph, id, letters } = letterGraph(rows);
  const marks = mark(graph, [...roots].map(id));
  const ids = Array.from({ length: graph.size }, (_, n) => n).filter((n) => marks.has(n));
  return [...letters(ids)].sort().join('');
}

describe('mark', () => {
  it('reaches what the roots keep, at any depth', () => {
    expect(reached({ A: 'B', B: 'C', C: 'DEF', X: 'Y' }, 'A')).toBe('ABCDEF');
  });

  it('reaches nothing from no roots', () => {
    expect(reached({ A: 'B' }, '')).toBe('');
  });

  it('ends on cycles', () => {
    expect(reached({ A: 'B', B: 'A', C: 'A' }, 'A')).toBe('AB');
  });

  it('extends earlier marks', () => {
    const { graph, id } = letterGraph({ A: 'B', C: 'BD' });
    const marks = mark(graph, [id('A')]);

    mark(graph, [id('C')], marks);

    expect(marks.has(id('D'))).toBe(true);
    expect(rootOf(marks, id('B'))).toBe(id('A'));
  });

  it('remembers the way back to a root', () => {
    const { graph, id, letters } = letterGraph({ A: 'B', B: 'C', X: 'C' });
    const marks = mark(graph, [id('A')]);

    const way = wayBack(graph, marks, id('C'));

    expect(letters(way.map((step) => step.id))).toBe('ABC');
    expect(way.map((step) => step.as)).toEqual([undefined, 'uses', 'uses']);
  });

  it('has no way back for what is not marked', () => {
    const { graph, id } = letterGraph({ A: 'B', X: 'C' });
    expect(wayBack(graph, mark(graph, [id('A')]), id('C'))).toEqual([]);
  });

  it('agrees with a naive search on any graph', () => {
    const letters = fc.constantFrom(...'ABCDEFGHIJ');
    const rows = fc.dictionary(letters, fc.string({ unit: letters, maxLength: 5 }), { maxKeys: 10 });
    fc.assert(
      fc.property(rows, fc.string({ unit: letters, maxLength: 3 }), (graph, roots) => {
        const seen = new Set<string>();
        const visit = (letter: string) => {
          if (seen.has(letter)) return;
          seen.add(letter);
          for (const next of graph[letter] ?? '') visit(next);
        };
        for (const root of roots) visit(root);
        const known = new Set([...Object.keys(graph), ...Object.values(graph).join(''), ...roots]);
        const { id, graph: built } = letterGraph(graph);
        const marks = mark(
          built,
          [...roots].map(id).filter((one) => one < built.size),
        );
        for (const letter of known) if (id(letter) < built.size) expect(marks.has(id(letter))).toBe(seen.has(letter));
      }),
    );
  });
});
