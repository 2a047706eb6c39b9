import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { letterGraph } from '../../test/support/letter-graph.ts';
import { bytesFreedBy, divideBytes } from './size.ts';

const oneEach = () => 1;

describe('divideBytes', () => {
  it('tells what one group alone reaches from what several reach', () => {
    const { graph, id } = letterGraph({ A: 'XY', B: 'YZ', Y: 'W' });

    const { shares, sharedBytes } = divideBytes(graph, [[id('A')], [id('B')]], (one) => (one === id('W') ? 10 : 1));

    expect(shares).toEqual([
      { uniqueBytes: 2, sharedBytes: 11 },
      { uniqueBytes: 2, sharedBytes: 11 },
    ]);
    expect(sharedBytes).toBe(11);
  });

  it('adds up to all that is reached, on any graph', () => {
    const letters = fc.constantFrom(...'ABCDEFGHIJ');
    fc.assert(
      fc.property(
        fc.dictionary(letters, fc.string({ unit: letters, maxLength: 4 }), { minKeys: 1 }),
        fc.array(fc.string({ unit: letters, maxLength: 2 }), { maxLength: 4 }),
        (rows, groups) => {
          const { graph, id } = letterGraph(rows);
          const starts = groups.map((group) => [...group].map(id).filter((one) => one < graph.size));
          const all = divideBytes(graph, [starts.flat()], oneEach).shares[0]?.uniqueBytes ?? 0;
          const { shares, sharedBytes } = divideBytes(graph, starts, oneEach);
          expect(shares.reduce((sum, share) => sum + share.uniqueBytes, 0) + sharedBytes).toBe(all);
        },
      ),
    );
  });
});

describe('bytesFreedBy', () => {
  it('counts a shared thing for the last that keeps it', () => {
    const { graph, id } = letterGraph({ A: 'X', B: 'X' });
    expect([...bytesFreedBy(graph, [id('A'), id('B')], () => false, oneEach)]).toEqual([1, 2]);
  });

  it('counts nothing that stays', () => {
    const { graph, id } = letterGraph({ A: 'XY', K: 'X' });
    expect([...bytesFreedBy(graph, [id('A')], (one) => one === id('X'), oneEach)]).toEqual([2]);
  });
});
