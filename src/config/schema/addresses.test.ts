import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseRegistryUrl } from '../../systems/registry/http-client/registry-url.ts';
import { registryAddressFault } from './addresses.ts';

const clientAccepts = (text: string) => {
  try {
    parseRegistryUrl(text);
    return true;
  } catch {
    return false;
  }
};

test.each([
  '172.30.30.30:5000',
  ':5000',
  '[fd12:3456:789a:1::1]:80/',
  '[fd12:3456:789a:1::1]:80',
  'http://172.30.30.30:5000',
  'http://[fd12:3456:789a:1::1]:5000/',
  'http://registry.org:5000',
  'https://172.30.30.30:5000',
  'https://:80/',
  'https://[fd12:3456:789a:1::1]/',
  'https://registry.org/',
  'localhost/',
  'localhost',
  'localhost:80',
  'registry.org/',
  'registry.org:5000',
])('%s is an address', (text) => {
  expect(registryAddressFault(text)).toBeUndefined();
});

test.each([
  ['httpss://registry.org', 'it begins with httpss://, not with https:// or http://'],
  ['ftp://registry.org', 'it begins with ftp://, not with https:// or http://'],
  ['http://registry.org://', 'it has a path in it'],
  ['http://registry.org/path', 'it has a path in it'],
  ['[fd12:3456:789a:1::1', 'it is not a host with an optional port'],
  ['bad url', 'it is not a host with an optional port'],
  ['/registry.org', 'it has a path in it'],
  ['https:///', 'it has no host'],
  ['http://registry.org?parm=arg', 'it has a query in it'],
  ['registry.org#x', 'it has a fragment in it'],
  ['registry.org:0', '0 is not a port'],
  ['me@registry.org', 'it has a user name or password in it'],
])('%s is none', (text, what) => {
  expect(registryAddressFault(text)?.split('\n')[0]).toBe(what);
});

test('what is accepted here is what the registry client accepts', () => {
  const piece = fc.constantFrom(
    'http://',
    'https://',
    'ftp://',
    'a',
    'A.b',
    ':',
    '5000',
    '70000',
    '/',
    '?',
    '#',
    '@',
    '[',
    ']',
    '::1',
    '1.2.3',
    ' ',
    '%',
    '_',
    '-',
    'ä',
  );
  fc.assert(
    fc.property(fc.array(piece, { minLength: 1, maxLength: 6 }), (pieces) => {
      const text = pieces.join('');
      if (text.trim() === '') return;
      expect([text, registryAddressFault(text) === undefined]).toEqual([text, clientAccepts(text)]);
    }),
    { numRuns: 5000 },
  );
});
