import { createColors } from 'picocolors';
import { describe, expect, test } from 'vitest';
import { noPaint } from './paint.ts';
import { type Column, tableLines, widthOf } from './table.ts';

type Row = readonly [name: string, count: number, note: string];

const columns: readonly Column<Row>[] = [
  { title: 'NAME', text: ([name]) => name },
  { title: 'COUNT', align: 'right', text: ([, count]) => String(count) },
  { title: 'NOTE', text: ([, , note]) => note },
];

const COLOUR = new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, 'g');

function lines(rows: Iterable<Row>): string[] {
  return [...tableLines(columns, rows, noPaint)];
}

describe('a table', () => {
  test('stands in columns without boxes, numbers to the right, no blanks at the end of a line', () => {
    expect(
      lines([
        ['a', 1, 'first'],
        ['longer', 1234, ''],
        ['b', 12, 'x'],
      ]),
    ).toEqual(['NAME     COUNT   NOTE', 'a            1   first', 'longer    1234', 'b           12   x']);
  });

  test('gives wide characters the two places that they take', () => {
    const [title, ...rows] = lines([
      ['项目', 1, 'a'],
      ['🚀 x', 2, 'b'],
      ['e\u0301', 3, 'c'],
      ['plain', 4, 'd'],
    ]);

    expect(title).toBe('NAME    COUNT   NOTE');
    expect(rows).toEqual(['项目        1   a', '🚀 x        2   b', 'e\u0301           3   c', 'plain       4   d']);
    expect(new Set(rows.map((row) => widthOf(row)))).toEqual(new Set([17]));
  });

  test('says nothing when there are no rows', () => {
    expect(lines([])).toEqual([]);
  });

  test('keeps its columns when it is painted', () => {
    const colours = createColors(true);
    const painted = columns.map((column) => ({ ...column, paint: (cell: string) => colours.red(cell) }));
    const rows: readonly Row[] = [
      ['项目', 1, 'a'],
      ['b', 1000, 'c'],
    ];

    const plain = lines(rows);
    const coloured = [...tableLines(painted, rows, colours)];

    expect(coloured.join('')).toContain('\u001b[31m');
    expect(coloured.map((line) => line.replace(COLOUR, ''))).toEqual(plain);
  });

  test('shows control characters of foreign names instead of obeying them', () => {
    expect(lines([['a\u001b[2Jb', 1, 'x\ny']])[1]).toBe('a\\u001b[2Jb       1   x y');
  });

  test('measures the first two hundred rows, writes what comes later as it comes, and pushes longer cells aside', () => {
    let asked = 0;
    function* rows(): Generator<Row> {
      for (;;) {
        asked += 1;
        yield [asked > 200 ? 'much longer than before' : 'short', asked, 'x'];
      }
    }

    const table = tableLines(columns, rows(), noPaint);
    const first = table.next().value;

    expect(first).toBe('NAME    COUNT   NOTE');
    expect(asked).toBe(200);
    for (let n = 0; n < 200; n += 1) table.next();
    expect(table.next().value).toBe('much longer than before     201   x');
    expect(asked).toBe(201);
  });
});
