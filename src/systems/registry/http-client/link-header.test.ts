import { describe, expect, test } from 'vitest';
import { nextPage } from './link-header.ts';

const PAGE = 'https://registry.test:5000/v2/a/tags/list?n=2';

describe('the link to the next page', () => {
  test.each([
    ['relative, as Distribution writes it', '</v2/a/tags/list?last=b&n=2>; rel="next"'],
    ['absolute', '<https://registry.test:5000/v2/a/tags/list?last=b&n=2>; rel="next"'],
    [
      'absolute, by a server that does not know of the TLS before it',
      '<http://registry.test:5000/v2/a/tags/list?last=b&n=2>; rel=next',
    ],
    ['with the query alone', '<?last=b&n=2>; rel="next"'],
    ['among others', '<https://docs.test/>; rel="help", </v2/a/tags/list?last=b&n=2>; title="more"; rel="next"'],
  ])('is followed %s', (_, link) => {
    expect(nextPage(link, PAGE)).toEqual({ query: 'last=b&n=2' });
  });

  test.each([
    ['there is none', undefined],
    ['it is empty', ''],
    ['it leads back', '</v2/a/tags/list?n=2>; rel="prev"'],
  ])('is none where %s', (_, link) => {
    expect(nextPage(link, PAGE)).toBeUndefined();
  });

  test.each([
    ['another host', '<https://evil.test/v2/a/tags/list?last=b>; rel="next"'],
    ['another port', '<https://registry.test:6000/v2/a/tags/list?last=b>; rel="next"'],
    ['another path', '</v2/b/tags/list?last=b>; rel="next"'],
    ['nowhere', '<https://>; rel="next"'],
  ])('to %s is refused', (_, link) => {
    expect(nextPage(link, PAGE)).toHaveProperty('refused');
  });
});
