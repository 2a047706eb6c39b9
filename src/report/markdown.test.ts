import { expect, test } from 'vitest';
import { markdownTable, mdCode, mdText } from './markdown.ts';

test('takes the meaning from everything that Markdown would read as markup', () => {
  expect(mdText('*a* _b_ `c` <img> [x](y) #1 a|b ~c~ \\ &amp;')).toBe(
    '\\*a\\* \\_b\\_ \\`c\\` \\<img\\> \\[x\\](y) \\#1 a\\|b \\~c\\~ \\\\ \\&amp;',
  );
});

test('keeps names whole in a code span, also in a table', () => {
  expect(mdCode('a|b`c\nd')).toBe("`a\\|b'c d`");
});

test('makes a table, and none without rows', () => {
  const columns = [
    { title: 'A', cell: (row: number) => String(row) },
    { title: 'B', align: 'right' as const, cell: () => 'x' },
  ];

  expect([...markdownTable(columns, [1, 2])]).toEqual(['| A | B |', '|---|---:|', '| 1 | x |', '| 2 | x |']);
  expect([...markdownTable(columns, [])]).toEqual([]);
});
