import { describe, expect, test } from 'vitest';
import { parseChallenges } from './challenge.ts';
import { noWayIn, readWayIn } from './way-in.ts';

describe('a WWW-Authenticate header', () => {
  test('keeps the commas inside of a scope', () => {
    const header =
      'Bearer realm="https://auth.example.com/token",service="registry.example.com",scope="repository:a/b:pull,push"';

    expect(parseChallenges(header)).toEqual([
      {
        scheme: 'bearer',
        parameters: {
          realm: 'https://auth.example.com/token',
          service: 'registry.example.com',
          scope: 'repository:a/b:pull,push',
        },
      },
    ]);
  });

  test('may hold several challenges', () => {
    expect(parseChallenges('Basic realm="one, two", Bearer realm="https://t", service=x, Negotiate')).toEqual([
      { scheme: 'basic', parameters: { realm: 'one, two' } },
      { scheme: 'bearer', parameters: { realm: 'https://t', service: 'x' } },
      { scheme: 'negotiate', parameters: {} },
    ]);
  });

  test.each([
    ['no quotes', 'Basic realm=here', { realm: 'here' }],
    ['quotes in quotes', 'Basic realm="say \\"hi\\" \\\\ you"', { realm: 'say "hi" \\ you' }],
    ['blanks around =', 'Basic realm = "x" , charset="UTF-8"', { realm: 'x', charset: 'UTF-8' }],
    ['an empty value', 'Basic realm=""', { realm: '' }],
    ['names in capitals', 'BASIC REALM="x"', { realm: 'x' }],
    ['no parameters', 'Basic', {}],
  ])('is read with %s', (_, header, parameters) => {
    expect(parseChallenges(header)).toEqual([{ scheme: 'basic', parameters }]);
  });

  test('a blob of another scheme does not hide the next challenge', () => {
    expect(parseChallenges('Negotiate YIIZ+/==, Basic realm="x"').map(({ scheme }) => scheme)).toEqual([
      'negotiate',
      'basic',
    ]);
  });

  test.each(['', '  ', ',,,', '"x"', '=x', 'realm="x"', 'Basic realm="open'])(
    '%j is read without an accident',
    (header) => {
      expect(() => parseChallenges(header)).not.toThrow();
    },
  );

  test('a long hostile header is read in no time', () => {
    const startMs = performance.now();
    parseChallenges(`${'a '.repeat(8000)}${'='.repeat(8000)}`);
    parseChallenges(`Bearer realm="${'\\'.repeat(16_000)}`);
    parseChallenges(`${'a'.repeat(16_000)} ${'b'.repeat(16_000)}`);

    expect(performance.now() - startMs).toBeLessThan(500);
  });
});

describe('the way in', () => {
  test('is Bearer where both are offered', () => {
    expect(readWayIn('Basic realm="x", Bearer realm="https://t/",service="s",scope="a b"')).toEqual({
      wayIn: { scheme: 'bearer', realm: 'https://t/', service: 's' },
      scope: 'a b',
    });
  });

  test('is Basic where Bearer names no token service', () => {
    expect(readWayIn('Bearer, Basic realm="x"')?.wayIn).toEqual({ scheme: 'basic', realm: 'x' });
  });

  test('is none where only other schemes are offered, and they are told', () => {
    expect(readWayIn('Negotiate, NTLM')).toBeUndefined();
    expect(noWayIn('Negotiate, NTLM')).toContain('negotiate or ntlm');
    expect(noWayIn('')).toContain('no WWW-Authenticate');
  });
});
