import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { redactRecordsSpec } from './redact-spec.ts';
import { parseRecordsSpec } from './spec.ts';

const invalid = expect.objectContaining({ code: 'RECORDS_SPEC_INVALID' });

describe('the short form of a record source', () => {
  test.each([
    ['file:records.csv', { kind: 'file', path: 'records.csv' }],
    ['file:///var/lib/a%20b.json?items=data.orders', { kind: 'file', path: '/var/lib/a b.json', items: 'data.orders' }],
    [
      'file:/x?format=ndjson&status=state&active=a,%20b&inactive=c',
      { kind: 'file', path: '/x', format: 'ndjson', mapping: { status: 'state', active: ['a', 'b'], inactive: ['c'] } },
    ],
    [
      "sqlite:a.db?query=SELECT id, a+b AS tag FROM r WHERE x LIKE 'v%'",
      { kind: 'sqlite', path: 'a.db', query: "SELECT id, a+b AS tag FROM r WHERE x LIKE 'v%'" },
    ],
    [
      'sqlite:a.db?busy-timeout=2s&query=select%201',
      { kind: 'sqlite', path: 'a.db', query: 'select 1', busyTimeoutMs: 2000 },
    ],
    [
      'postgres://me:pw@db:5433/shop?sslmode=verify-full&sslrootcert=/ca.pem&statement-timeout=1m&connect_timeout=3&query=select 1&id=key',
      {
        kind: 'postgres',
        url: 'postgres://me:pw@db:5433/shop',
        query: 'select 1',
        sslMode: 'verify-full',
        caFile: '/ca.pem',
        statementTimeoutMs: 60_000,
        connectTimeoutMs: 3000,
        mapping: { id: 'key' },
      },
    ],
    [
      'postgresql:///shop?host=/run/postgresql&query=select 1&password-file=/pw',
      {
        kind: 'postgres',
        url: 'postgresql:///shop',
        socketFolder: '/run/postgresql',
        query: 'select 1',
        passwordFile: '/pw',
      },
    ],
    [
      'https://api.example/orders?state=all&size=9',
      { kind: 'http', url: 'https://api.example/orders?state=all&size=9' },
    ],
    [
      'http://api.example/orders#status=state&items=data.items&total=meta.total&token-env=T&timeout=5s&paging=page&parameter=p&first=0&size=50&size-parameter=n',
      {
        kind: 'http',
        url: 'http://api.example/orders',
        items: 'data.items',
        total: 'meta.total',
        tokenEnv: 'T',
        timeoutMs: 5000,
        paging: { style: 'page', parameter: 'p', first: 0, size: 50, sizeParameter: 'n' },
        mapping: { status: 'state' },
      },
    ],
    [
      'https://a/b#paging=cursor&parameter=after&field=meta.cursor',
      { kind: 'http', url: 'https://a/b', paging: { style: 'cursor', parameter: 'after', field: 'meta.cursor' } },
    ],
    [
      'https://a/b#paging=next&field=links.next',
      { kind: 'http', url: 'https://a/b', paging: { style: 'next', field: 'links.next' } },
    ],
  ])('%s is understood', (spec, settings) => {
    expect(parseRecordsSpec(spec)).toEqual(settings);
  });

  test.each([
    ['', 'none of file: sqlite:'],
    ['records.csv', 'none of file: sqlite:'],
    ['mysql://db/x', 'none of file: sqlite:'],
    ['file:', 'no path'],
    ['file://host/x.csv', 'three'],
    ['file:x?format=xml', 'none of json, ndjson, yaml, csv'],
    ['file:x?stauts=state', 'stauts is not one of its parameters'],
    ['file:x?id=a&id=b', 'twice'],
    ['file:x?id', 'no value'],
    ['sqlite:a.db', 'no query'],
    ['postgres://db/x', 'no query'],
    ['postgres://me:p w/d@h:x/x?query=select 1', 'not a URL'],
    ['postgres://db/x?query=select 1&sslmode=maybe', 'sslmode'],
    ['postgres://db/x?query=select 1&connect_timeout=soon', 'connect_timeout'],
    ['postgres://db/x?query=select 1&statement-timeout=soon', 'statement-timeout'],
    ['https://', 'not a URL'],
    ['https://a/b#paging=next', 'needs field'],
    ['https://a/b#size=10', 'size does not go with paging=auto'],
    ['https://a/b#paging=cursor&parameter=c&field=f&first=1', 'first does not go with paging=cursor'],
  ])('%s is refused', (spec, why) => {
    expect(() => parseRecordsSpec(spec)).toThrow(invalid);
    expect(() => parseRecordsSpec(spec)).toThrow(why);
  });

  test('repeats no password when it is refused', () => {
    const secret = 'S3cr-t/with?all#of&it';
    const specs = [
      `postgres://me:${secret}@db/x?query=select 1`,
      `postgres://me@db/x?query=select 1&password=${secret}`,
      `https://me:${secret}@api/x`,
      `https://me@api/x#token=${secret}`,
    ];
    for (const spec of specs) {
      const message = (() => {
        try {
          parseRecordsSpec(spec);
          return '';
        } catch (error) {
          return String(error);
        }
      })();
      for (const part of ['S3cr-t', 'with', 'all#']) expect(message).not.toContain(part === 'with' ? 'with?' : part);
    }
  });
});

describe('a short form as plans show it', () => {
  test.each([
    ['file:records.csv', 'file:records.csv'],
    ['sqlite:a.db?query=select 1', 'sqlite:a.db?query=select 1'],
    ['postgres://me:s3cret@db:5433/shop?query=select 1', 'postgres://me:***@db:5433/shop?query=select 1'],
    [
      'postgres://me@db/shop?password=s3cret&query=select token from t',
      'postgres://me@db/shop?password=***&query=select token from t',
    ],
    ['postgres://db/shop?password-file=/run/pw&query=x', 'postgres://db/shop?password-file=/run/pw&query=x'],
    [
      'https://me:s3%23cret@api/x?api_key=s3cret&page=1#token-file=/t&status=a',
      'https://me:***@api/x?api_key=***&page=1#token-file=/t&status=a',
    ],
    ['https://api/x?auth[token]=s3cret', 'https://api/x?auth[token]=***'],
    ['postgres://me:s3/cret@db/x?query=q', 'postgres://…'],
    ['postgres://me:s3#cret@db/x?query=q', 'postgres://…'],
    ['s3cret', '…'],
  ])('%s is shown as %s', (spec, shown) => {
    expect(redactRecordsSpec(spec)).toBe(shown);
  });

  test('never holds the password, whatever characters it has', () => {
    const password = fc
      .string({ minLength: 6, unit: fc.constantFrom('Q', 'Z', '7', ':', '/', '?', '#', '@', '%', '&', '=', '!') })
      .map((text) => `Q7${text}Z`);
    fc.assert(
      fc.property(password, (secret) => {
        for (const spec of [
          `postgres://me:${secret}@db/shop?query=select 1`,
          `https://me:${secret}@api/x`,
          `postgres://me:${encodeURIComponent(secret)}@db/shop`,
        ]) {
          const shown = redactRecordsSpec(spec);
          expect(shown).not.toContain('Q7');
          expect(shown).not.toContain('Z');
        }
      }),
      { numRuns: 1000 },
    );
  });
});
