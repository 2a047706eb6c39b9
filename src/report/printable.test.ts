import { expect, test } from 'vitest';
import { printable } from './printable.ts';

test('leaves ordinary text of any language alone', () => {
  expect(printable('record 4711 (已归档) – naïve 🚀')).toBe('record 4711 (已归档) – naïve 🚀');
});

test('writes out what a terminal would obey', () => {
  expect(printable('\u001b[31mred\u001b[0m \u0007 \u009b2J')).toBe('\\u001b[31mred\\u001b[0m \\u0007 \\u009b2J');
});

test('keeps text on one line', () => {
  expect(printable('a\r\nb\tc\u2028d')).toBe('a b c d');
});

test('does not let text be turned round', () => {
  expect(printable('safe\u202egnp.exe')).toBe('safe\\u202egnp.exe');
});
