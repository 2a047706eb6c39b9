import fc from 'fast-check';
import { expect, test } from 'vitest';
import { redactUrls, shownValue } from './redact.ts';

test.each([
  ['postgres://winnow:s3cret@db:5432/ops?sslmode=require', 'postgres://winnow:***@db:5432/ops?sslmode=require'],
  ['postgres://winnow@db/ops', 'postgres://winnow@db/ops'],
  ['https://user:s3cret@host/path', 'https://***@host/path'],
  ['https://s3cret@host/path', 'https://***@host/path'],
  ['postgres://me:s3@cret@db/ops', 'postgres://me:***@db/ops'],
  ['postgres://me:s3/cret@db/ops', 'postgres://me:***@db/ops'],
  ['postgres://me:s3?cret@db/ops', 'postgres://***'],
  ['postgres://db/ops?user=me&password=s3cret&x=1', 'postgres://db/ops?user=me&password=***&x=1'],
  ['https://host/x?access_token=s3cret', 'https://host/x?access_token=***'],
  ['https://host:5000/path?page=1', 'https://host:5000/path?page=1'],
  ['registry.example:5000', 'registry.example:5000'],
  ['postgres//me:s3cret@db/ops', '***@db/ops'],
  ['me:s3cret@registry.example:5000', '***@registry.example:5000'],
  ['just text', 'just text'],
])('%s is shown as %s', (text, shown) => {
  expect(redactUrls(text)).toBe(shown);
});

test('no password in an address survives, whatever it is made of', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), (tail) => {
      const secret = `hunter2${tail.replace(/\s/g, '')}`;
      expect(redactUrls(`postgres://winnow:${secret}@db.example/ops`)).not.toContain('hunter2');
      expect(redactUrls(`https://winnow:${secret}@db.example/ops`)).not.toContain('hunter2');
    }),
  );
});

test('a secret is never shown, and maps, lists and nothing have no text', () => {
  expect(shownValue('hunter2', { secret: true })).toBe('***');
  expect(shownValue({ password: 'hunter2' })).toBeUndefined();
  expect(shownValue(['hunter2'])).toBeUndefined();
  expect(shownValue(null)).toBeUndefined();
});

test('numbers and truth values are shown as they are, long text is cut', () => {
  expect(shownValue(1.5)).toBe('1.5');
  expect(shownValue(true)).toBe('true');
  expect(shownValue('x'.repeat(200))).toBe(`${'x'.repeat(80)}…`);
});
