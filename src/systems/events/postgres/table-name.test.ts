import { expect, test } from 'vitest';
import { quoteTable } from './table-name.ts';

test.each([
  ['events', '"events"'],
  ['audit.winnow_events', '"audit"."winnow_events"'],
  ['Audit.Events_2', '"Audit"."Events_2"'],
  ['select', '"select"'],
])('%s is the table %s', (name, quoted) => {
  expect(quoteTable(name)).toBe(quoted);
});

test.each([
  '',
  '.',
  'a.',
  '.a',
  'a.b.c',
  'a b',
  'a;b',
  'a"b',
  "a'b",
  '1a',
  'a-b',
  'ä',
  'x'.repeat(64),
  'a"; drop table b --',
])('%j is no table', (name) => {
  expect(() => quoteTable(name)).toThrow(expect.objectContaining({ code: 'EVENTS_SETTINGS_INVALID' }));
});
