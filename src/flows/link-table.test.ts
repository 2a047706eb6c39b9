import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LinkTable } from './link-table.ts';

test('it has the pairs that were added, and no others', () => {
  const pair = fc.tuple(fc.nat(2 ** 31 - 1), fc.constantFrom('a', 'b', 'a/b', 'c'));
  fc.assert(
    fc.property(fc.array(pair), fc.array(pair), (added, asked) => {
      const links = new LinkTable();
      for (const [blob, repository] of added) links.add(blob, repository);
      links.seal();
      const keys = new Set(added.map(([blob, repository]) => `${blob} ${repository}`));
      for (const [blob, repository] of [...added, ...asked])
        expect(links.has(blob, repository)).toBe(keys.has(`${blob} ${repository}`));
    }),
  );
});

test('one without links has none', () => {
  const links = new LinkTable();
  links.seal();
  expect(links.has(0, 'a')).toBe(false);
});
