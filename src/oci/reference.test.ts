import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digestsIn, isDigest } from './digest.ts';
import { formatReference, isRepository, isTag, parseReference } from './reference.ts';
import { parseReferrerTag } from './referrer-tag.ts';

const digest = `sha256:${'0'.repeat(64)}`;

describe('parseReference', () => {
  it.each([
    ['app', { repository: 'app' }],
    ['team/app:v1', { repository: 'team/app', tag: 'v1' }],
    ['registry.test/app:v1', { host: 'registry.test', repository: 'app', tag: 'v1' }],
    ['registry:5000/team/app', { host: 'registry:5000', repository: 'team/app' }],
    ['localhost/app', { host: 'localhost', repository: 'app' }],
    [`app@${digest}`, { repository: 'app', digest }],
    [`registry:5000/a/b/c:v1@${digest}`, { host: 'registry:5000', repository: 'a/b/c', tag: 'v1', digest }],
    ['  app:v1  ', { repository: 'app', tag: 'v1' }],
  ])('reads %s', (text, expected) => {
    expect(parseReference(text)).toEqual(expected);
    expect(formatReference(parseReference(text))).toBe(text.trim());
  });

  it.each([
    '',
    'App',
    'a//b',
    'app:',
    'app:-x',
    'app@sha256:abc',
    'app@a@b',
    'a b',
    '/app',
    'app/',
    `app:${'x'.repeat(129)}`,
  ])('refuses %j and says why', (text) => {
    expect(() => parseReference(text)).toThrow(
      expect.objectContaining({ code: 'REFERENCE_INVALID', hint: expect.any(String) }),
    );
  });

  it('reads back what it writes', () => {
    const name = fc
      .stringMatching(/^[a-z0-9]+(?:[._-][a-z0-9]+)*$/)
      .filter((text) => isRepository(text) && text.length < 50);
    const tag = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,20}$/).filter(isTag);
    fc.assert(
      fc.property(
        fc.array(name, { minLength: 1, maxLength: 4 }),
        fc.option(tag, { nil: undefined }),
        (parts, tagName) => {
          const reference = {
            host: 'registry.test:5000',
            repository: parts.join('/'),
            ...(tagName === undefined ? {} : { tag: tagName }),
          };
          expect(parseReference(formatReference(reference))).toEqual(reference);
        },
      ),
    );
  });
});

describe('parseReferrerTag', () => {
  const hex = 'ab'.repeat(32);

  it.each([
    [`sha256-${hex}`, 'fallback'],
    [`sha256-${hex}.sig`, 'signature'],
    [`sha256-${hex}.att`, 'attestation'],
    [`sha256-${hex}.sbom`, 'sbom'],
    [`sha256-${hex}.cosign.bundle`, 'other'],
  ])('reads %s', (tag, as) => {
    expect(parseReferrerTag(tag)).toEqual({ subject: `sha256:${hex}`, as });
  });

  it.each(['v1', 'sha256-abc', `sha512-${hex}`, `sha256-${hex}x`, `SHA256-${hex}`])(
    'takes %s for an ordinary tag',
    (tag) => {
      expect(parseReferrerTag(tag)).toBeUndefined();
    },
  );
});

describe('digests', () => {
  it('are of the lengths that their algorithms have', () => {
    expect(isDigest(digest)).toBe(true);
    expect(isDigest(`sha512:${'0'.repeat(128)}`)).toBe(true);
    expect(isDigest(`sha512:${'0'.repeat(64)}`)).toBe(false);
    expect(isDigest(digest.toUpperCase())).toBe(false);
  });

  it.each([
    ['a letter that is no digit', 'g'],
    ['a character between digits and letters', ':'],
    ['a line feed at the end', '\n'],
    ['a character beyond Latin 1 that ends as a digit does', '\u0130'],
  ])('have hexadecimal digits alone: not %s', (_, character) => {
    expect(isDigest(`sha256:${'a'.repeat(63)}${character}`)).toBe(false);
    expect(isDigest(`sha256:${character}${'a'.repeat(63)}`)).toBe(false);
    expect(isDigest(`sha512:${'a'.repeat(127)}${character}`)).toBe(false);
  });

  it('have an algorithm that is known', () => {
    for (const text of [`md5256:${'a'.repeat(64)}`, `sha512:${'a'.repeat(64)}`, `sha256:${'a'.repeat(128)}`, '', 7])
      expect(isDigest(text)).toBe(false);
  });

  it('are found in any text, each once', () => {
    expect(digestsIn(`x ${digest} y ${digest} z sha256:short`)).toEqual([digest]);
  });
});
