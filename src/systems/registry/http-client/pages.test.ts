import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ScriptedAnswer, scriptTransport, specError } from '../../../../test/support/scripted-transport.ts';
import { listPages, type PagedList } from './pages.ts';

const { signal } = new AbortController();
const PATH = '/v2/a/tags/list';

const list: PagedList<string> = {
  path: PATH,
  repository: 'a',
  access: 'pull',
  doing: 'listing the tags of a',
  pageSize: 3,
  maxBytes: 1 << 20,
  entries: (body) => (body as { tags?: readonly string[] } | undefined)?.tags,
  nameOf: (name) => name,
};

async function walk(
  answer: (query: URLSearchParams, n: number) => ScriptedAnswer,
  changes: Partial<PagedList<string>> = {},
) {
  let n = 0;
  const transport = scriptTransport(({ path }) => {
    n += 1;
    return answer(new URL(path, 'https://registry.test').searchParams, n);
  });
  const names: string[] = [];
  for await (const name of listPages(transport, { ...list, ...changes }, signal)) names.push(name);
  return { names, sent: transport.sent };
}

interface Style {
  /** Pages are cut to `n`, and never longer than this. */
  readonly cap: number;
  readonly usesLink: boolean;
  readonly knowsLast: boolean;
  readonly knowsN: boolean;
}

/** A server with all of the habits that servers have. */
function server(tags: readonly string[], style: Style) {
  return (query: URLSearchParams): ScriptedAnswer => {
    const last = query.get('last');
    const from = style.knowsLast && last !== null ? tags.findIndex((tag) => tag > last) : 0;
    const asked = style.knowsN && query.has('n') ? Number(query.get('n')) : Number.POSITIVE_INFINITY;
    const rest = from < 0 ? [] : tags.slice(from);
    const page = rest.slice(0, Math.min(asked, style.cap));
    const link =
      page.length < rest.length && style.usesLink
        ? { link: `<${PATH}?n=${page.length}&last=${page.at(-1)}>; rel="next"` }
        : {};
    return { headers: link, body: { tags: page } };
  };
}

const someTags = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,3}$/), { maxLength: 25 }).map((tags) => tags.sort());

describe('a list in pages', () => {
  test('is walked to its end, whatever the server does about pages', async () => {
    const styles = fc.oneof(
      // With Link: any cap. Without: a server that cuts must at least know `last`, or not cut unless asked.
      fc.record({
        cap: fc.integer({ min: 1, max: 9 }),
        usesLink: fc.constant(true),
        knowsLast: fc.constant(true),
        knowsN: fc.boolean(),
      }),
      fc.record({
        cap: fc.constant(1000),
        usesLink: fc.constant(false),
        knowsLast: fc.boolean(),
        knowsN: fc.boolean(),
      }),
      fc.record({
        cap: fc.integer({ min: 4, max: 9 }),
        usesLink: fc.constant(false),
        knowsLast: fc.constant(true),
        knowsN: fc.constant(true),
      }),
    );
    await fc.assert(
      fc.asyncProperty(someTags, styles, fc.integer({ min: 1, max: 4 }), async (tags, style, pageSize) => {
        const { names } = await walk(server(tags, style), { pageSize });
        expect(names).toEqual(tags);
      }),
      { numRuns: 300 },
    );
  });

  test('asks once where the first page is not full', async () => {
    const { sent } = await walk(() => ({ body: { tags: ['a', 'b'] } }));
    expect(sent).toEqual([`GET ${PATH}?n=3`]);
  });

  test('asks once more than need be, where a full page comes without a link', async () => {
    const { names, sent } = await walk(() => ({ body: { tags: ['a', 'b', 'c'] } }));
    expect(names).toEqual(['a', 'b', 'c']);
    expect(sent).toEqual([`GET ${PATH}?n=3`, `GET ${PATH}?n=3&last=c`, `GET ${PATH}`]);
  });

  test('gives each name once, also where pages overlap', async () => {
    const { names } = await walk((query) =>
      query.has('last')
        ? { body: { tags: ['b', 'c', 'd'] } }
        : { headers: { link: `<${PATH}?n=3&last=b>; rel="next"` }, body: { tags: ['a', 'b', 'c'] } },
    );
    expect(names).toEqual(['a', 'b', 'c', 'd']);
  });

  test('takes the page size back where the server finds it too large', async () => {
    const { names, sent } = await walk((query) =>
      query.has('n') ? specError(400, 'PAGINATION_NUMBER_INVALID') : { body: { tags: ['a'] } },
    );
    expect(names).toEqual(['a']);
    expect(sent).toEqual([`GET ${PATH}?n=3`, `GET ${PATH}`]);
  });

  test('begins anew where the entry that a page begins after was deleted meanwhile', async () => {
    const { names } = await walk((query, n) => {
      if (n === 2) return specError(404, 'NAME_UNKNOWN');
      if (query.has('last')) return { body: { tags: ['c', 'd'] } };
      return { headers: { link: `<${PATH}?n=3&last=b>; rel="next"` }, body: { tags: ['a', 'b'] } };
    });
    expect(names).toEqual(['a', 'b', 'c', 'd']);
  });

  test('gives up where that happens again and again', async () => {
    const answer = (query: URLSearchParams) =>
      query.has('last')
        ? specError(404, 'NAME_UNKNOWN')
        : { headers: { link: `<${PATH}?last=b>; rel="next"` }, body: { tags: ['a'] } };
    await expect(walk(answer)).rejects.toMatchObject({ code: 'REGISTRY_NOT_FOUND' });
  });

  test.each([
    ['a circle', () => ({ headers: { link: `<${PATH}?n=3>; rel="next"` }, body: { tags: ['a'] } }), /circle/],
    [
      'pages without end',
      (_: URLSearchParams, n: number) => ({ headers: { link: `<${PATH}?last=${n}>; rel="next"` }, body: { tags: [] } }),
      /nothing new/,
    ],
    [
      'a link to another host',
      () => ({ headers: { link: '<https://evil.test/>; rel="next"' }, body: { tags: [] } }),
      /another host/,
    ],
    ['something else', () => ({ body: '<html>' }), /no such list/],
  ])('fails on %s', async (_, answer, message) => {
    await expect(walk(answer)).rejects.toMatchObject({
      code: 'REGISTRY_BAD_ANSWER',
      message: expect.stringMatching(message),
    });
  });

  test('tells a failure on the way from the end', async () => {
    const answer = (query: URLSearchParams) =>
      query.has('last')
        ? { status: 503 }
        : { headers: { link: `<${PATH}?last=a>; rel="next"` }, body: { tags: ['a'] } };
    await expect(walk(answer)).rejects.toMatchObject({ code: 'REGISTRY_UNAVAILABLE' });
  });
});
