import { describe, expect, test } from 'vitest';
import { CodedError } from '../../../util/pure/coded-error.ts';
import { REGISTRY_ERRORS } from '../errors.ts';
import { answerError, foreignText, redactUrl } from './registry-error.ts';

const errand = { doing: 'deleting team/app:1', method: 'DELETE', url: 'https://r.example.com/v2/team/app/manifests/1' };

function errorOf(
  status: number,
  body: unknown = '',
  contentType = 'application/json',
  conceal = (text: string) => text,
) {
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  return answerError(errand, { status, headers: { 'content-type': contentType }, body: bytes }, { conceal });
}

describe('an answer that is a failure', () => {
  test('says what was being done, to what, and what came back, in the words of the specification', () => {
    const error = errorOf(404, {
      errors: [{ code: 'MANIFEST_UNKNOWN', message: 'manifest unknown', detail: { Tag: '1' } }],
    });

    expect(error).toBeInstanceOf(CodedError);
    expect(error).toMatchObject({
      code: 'REGISTRY_NOT_FOUND',
      message:
        'deleting team/app:1: DELETE https://r.example.com/v2/team/app/manifests/1: 404 Not Found (MANIFEST_UNKNOWN: manifest unknown)',
      hint: REGISTRY_ERRORS.REGISTRY_NOT_FOUND.hint,
      status: 404,
      specCodes: ['MANIFEST_UNKNOWN'],
      temporary: false,
      request: 'DELETE https://r.example.com/v2/team/app/manifests/1',
    });
  });

  test.each([
    [400, 'REGISTRY_REFUSED', false],
    [401, 'REGISTRY_UNAUTHORIZED', false],
    [403, 'REGISTRY_DENIED', false],
    [404, 'REGISTRY_NOT_FOUND', false],
    [405, 'REGISTRY_UNSUPPORTED', false],
    [408, 'REGISTRY_TIMEOUT', true],
    [416, 'REGISTRY_REFUSED', false],
    [429, 'REGISTRY_TOO_MANY_REQUESTS', true],
    [500, 'REGISTRY_UNAVAILABLE', true],
    [501, 'REGISTRY_UNSUPPORTED', false],
    [502, 'REGISTRY_UNAVAILABLE', true],
    [503, 'REGISTRY_UNAVAILABLE', true],
    [504, 'REGISTRY_UNAVAILABLE', true],
    [304, 'REGISTRY_BAD_ANSWER', false],
  ])('with status %i is %s', (status, code, temporary) => {
    expect(errorOf(status)).toMatchObject({ code, temporary, status });
  });

  test('is unsupported or a rate limit where the specification says so with another status', () => {
    expect(errorOf(400, { errors: [{ code: 'UNSUPPORTED' }] })).toMatchObject({ code: 'REGISTRY_UNSUPPORTED' });
    expect(errorOf(403, { errors: [{ code: 'TOOMANYREQUESTS' }] })).toMatchObject({
      code: 'REGISTRY_TOO_MANY_REQUESTS',
    });
  });

  test.each(['<html>secret page</html>', '{"errors":[{"code":"UNKN', '{"errors":{}}', '[]', 'null'])(
    'is told by its status where the body is of no use: %s',
    (body) => expect(errorOf(502, body, 'text/html').message).toMatch(/: 502 Bad Gateway$/),
  );

  test('keeps the beginning of a plain text', () => {
    expect(errorOf(405, 'Method not allowed\n', 'text/plain; charset=utf-8').message).toMatch(
      /\(Method not allowed\)$/,
    );
  });

  test('tells three errors at most, each capped', () => {
    const errors = Array.from({ length: 50 }, (_, index) => ({ code: `CODE_${index}`, message: 'm'.repeat(5000) }));

    const { message } = errorOf(400, { errors });

    expect(message).toContain('CODE_2');
    expect(message).not.toContain('CODE_3');
    expect(message.length).toBeLessThan(1500);
  });

  test('repeats neither credentials nor what would move a terminal', () => {
    const errors = [
      { code: 'X\u001b[2J', message: 'header was\r\nAuthorization: Basic bWU6aHVudGVyMg== and hunter2 \u202eevil' },
    ];

    const { message } = errorOf(400, { errors }, 'application/json', (text) => text.replaceAll('hunter2', '***'));

    for (const unwanted of ['bWU6aHVudGVyMg', 'hunter2', '\u001b', '\r', '\n', '\u202e'])
      expect(message).not.toContain(unwanted);
    expect(message).toContain('Basic ***');
  });
});

describe('a URL in a message', () => {
  test('has neither user nor password nor the values of unknown parameters', () => {
    expect(redactUrl('https://me:pw@store.example.com/b?X-Amz-Signature=abc&X-Amz-Date=1&n=5#frag')).toBe(
      'https://store.example.com/b?X-Amz-Signature=***&X-Amz-Date=***&n=5',
    );
  });

  test('keeps the parameters of the specification as they are', () => {
    const url = 'https://r/v2/_catalog?n=100&last=a/b';
    expect(redactUrl(url)).toBe(url);
  });

  test('that is none shows nothing', () => {
    expect(redactUrl('me:pw@host')).not.toContain('pw');
  });
});

test('the codes are of this room, each with a sentence and a hint', () => {
  for (const [code, { meaning, hint }] of Object.entries(REGISTRY_ERRORS)) {
    expect(code).toMatch(/^REGISTRY_[A-Z_]+$/);
    expect(meaning).toMatch(/^[A-Z].*\.$/);
    expect(hint).not.toMatch(/\.$/);
  }
});

test('text of a server is cut where it is too long', () => {
  expect(foreignText('x'.repeat(20), 10)).toBe(`${'x'.repeat(10)}…`);
});
