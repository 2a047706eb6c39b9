import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import { freePort } from '../../../../test/support/free-port.ts';
import { HOST } from '../recorded-facts.suite.ts';
import { pageOf, rowsFrom, serve, survey } from './json-server.suite.ts';

describe('an HTTP server of records', () => {
  test('may link its pages in the Link header', async () => {
    const { url } = await serve((address, _, response) => {
      const page = Number(address.searchParams.get('page') ?? 1);
      const links = [
        `<${address.pathname}?page=1>; rel="first"`,
        `<${address.pathname}?a=1,2&page=${page + 1}>; title="x"; rel="last next"`,
      ];
      response.setHeader('link', page < 3 ? links.join(', ') : (links[0] ?? ''));
      return pageOf(address);
    });
    expect(await survey(`${url}/orders`)).toMatchObject({ gaps: [], rowCount: 25 });
    expect(await survey(`${url}/orders`, { paging: { style: 'link' } })).toMatchObject({ gaps: [], rowCount: 25 });
  });

  test.each([
    ['next', (next: string) => ({ next })],
    ['links.next', (next: string) => ({ links: { next } })],
    ['_links.next.href', (next: string) => ({ _links: { next: { href: next } } })],
    ['@odata.nextLink', (next: string) => ({ '@odata.nextLink': next })],
  ])('may link its pages in %s of the body', async (_, wrap) => {
    const { url } = await serve((address) => {
      const page = Number(address.searchParams.get('page') ?? 1);
      return { data: pageOf(address), ...(page < 3 && wrap(`?page=${page + 1}`)) };
    });
    expect(await survey(url)).toMatchObject({ gaps: [], rowCount: 25 });
  });

  test('may link its pages in a field that the settings name', async () => {
    const { url } = await serve((address) => {
      const page = Number(address.searchParams.get('page') ?? 1);
      return { list: { orders: pageOf(address) }, after: page < 3 ? `/x?page=${page + 1}` : '' };
    });
    const settings = { items: 'list.orders', paging: { style: 'next', field: 'after' } } as const;
    expect(await survey(url, settings)).toMatchObject({ gaps: [], rowCount: 25 });
  });

  test('may number its pages, and is asked until one is empty', async () => {
    const { url, requests } = await serve((address) => pageOf(address));
    const paging = { style: 'page', size: 50, sizeParameter: 'limit' } as const;
    expect(await survey(`${url}/o?state=all`, { paging })).toMatchObject({ gaps: [], rowCount: 25 });
    expect(requests).toEqual([1, 2, 3, 4].map((page) => `/o?state=all&page=${page}&limit=50`));
  });

  test('may number its pages, and is asked no further than the declared total', async () => {
    const { url, requests } = await serve((address) => ({ meta: { n: 25 }, items: pageOf(address) }));
    const settings = { total: 'meta.n', paging: { style: 'page' } } as const;
    expect(await survey(url, settings)).toMatchObject({ gaps: [], rowCount: 25 });
    expect(requests).toHaveLength(3);
  });

  test('may hand out cursors', async () => {
    const { url } = await serve((address) => {
      const from = Number(address.searchParams.get('after') ?? 0);
      return {
        records: rowsFrom(from, Math.min(from + 10, 25)),
        meta: { cursor: from + 10 < 25 ? `${from + 10}` : null },
      };
    });
    const paging = { style: 'cursor', parameter: 'after', field: 'meta.cursor' } as const;
    expect(await survey(url, { paging })).toMatchObject({ gaps: [], rowCount: 25 });
  });

  test('is followed through redirects to itself', async () => {
    const { url } = await serve((address, _, response) => {
      if (address.pathname === '/orders') return pageOf(address);
      response.writeHead(308, { location: '/orders' }).end();
      return undefined;
    });
    expect(await survey(`${url}/old`)).toMatchObject({ gaps: [], rowCount: 10 });
  });
});

describe('an HTTP list that is not whole', () => {
  test.each([
    ['a total in the body', {}, { total: 25 }],
    ['a total beside the list', {}, { meta: { totalCount: '25' } }],
    ['a total in a header', { 'x-total-count': '25' }, {}],
    ['a range', { 'content-range': '0-9/25' }, {}],
    ['a flag', {}, { has_more: true }],
    ['a token for the next page', {}, { nextPageToken: 'abc' }],
    ['a number for the next page', {}, { pagination: { next_page: 2 } }],
    ['a number of pages', {}, { meta: { total_pages: 3 } }],
    ['a header for the next page', { 'x-next-page': '2' }, {}],
  ])('is a gap when all that tells it is %s', async (_, headers, fields) => {
    const { url } = await serve((address, __, response) => {
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value as string);
      return { items: pageOf(address), ...fields };
    });
    const { gaps, facts, rowCount } = await survey(url);
    expect(facts).toHaveLength(20);
    expect(gaps).toMatchObject([{ scope: HOST, hides: 'holds', source: 'orders' }]);
    expect(rowCount).toBeUndefined();
  });

  test('is a gap when the answer is declared partial', async () => {
    const { url } = await serve((address, _, response) => {
      response.statusCode = 206;
      return pageOf(address);
    });
    expect((await survey(url)).cause).toContain('206');
  });

  test('is a gap when the third page fails, and says how much came', async () => {
    const { url, requests } = await serve((address, _, response) => {
      if (address.searchParams.get('page') === '3') response.statusCode = 500;
      return pageOf(address);
    });
    const { facts, gaps, cause, rowCount } = await survey(url, { paging: { style: 'page' } });
    expect(facts).toHaveLength(40);
    expect(gaps).toMatchObject([{ scope: HOST, hides: 'holds' }]);
    expect(cause).toContain('reading page 3 of the records');
    expect(cause).toContain('the server answered 500 3 times');
    expect(cause).toContain('rows read before that: 20');
    expect([rowCount, requests.length]).toEqual([undefined, 5]);
  });

  test.each([
    [401, 'RECORDS_ACCESS_DENIED'],
    [403, 'RECORDS_ACCESS_DENIED'],
    [404, 'RECORDS_NOT_FOUND'],
    [410, 'RECORDS_NOT_FOUND'],
    [400, 'RECORDS_HTTP_REFUSED'],
  ])("is the user's to correct when the first page is %i, and a gap when a later one is", async (status, code) => {
    const failingAt = (n: number) => (address: URL, _: IncomingMessage, response: ServerResponse) => {
      if (Number(address.searchParams.get('page')) === n) response.statusCode = status;
      return pageOf(address);
    };
    const paging = { style: 'page' } as const;
    await expect(survey((await serve(failingAt(1))).url, { paging })).rejects.toMatchObject({ code });
    expect((await survey((await serve(failingAt(2))).url, { paging })).gaps).toMatchObject([{ scope: HOST }]);
  });

  test('is a gap when the declared total differs, either way, or goes away', async () => {
    const paging = { style: 'page' } as const;
    const withTotal = (total: (page: number) => unknown) =>
      serve((address) => ({ items: pageOf(address), n: total(Number(address.searchParams.get('page'))) }));
    const settings = { total: 'n', paging };
    expect((await survey((await withTotal(() => 30)).url, settings)).cause).toContain(
      '25 rows came in all, but n says 30',
    );
    expect((await survey((await withTotal(() => 24)).url, settings)).cause).toContain('n says 24');
    expect((await survey((await withTotal((page) => (page < 3 ? 25 : null))).url, settings)).cause).toContain(
      'any more',
    );
    await expect(survey((await withTotal(() => 'many')).url, settings)).rejects.toMatchObject({
      code: 'RECORDS_FORMAT_INVALID',
    });
  });

  test('is a gap when rows shift between numbered pages', async () => {
    const { url } = await serve((address) => ({
      items: pageOf(address),
      total: address.searchParams.get('page') === '1' ? 25 : 24,
    }));
    expect((await survey(url, { paging: { style: 'page' } })).cause).toContain('rows have shifted between pages');
  });

  test('is a gap when the server ignores the number of the page', async () => {
    const { url } = await serve(() => rowsFrom(0, 10));
    expect((await survey(url, { paging: { style: 'page' } })).cause).toContain('the same as the page before');
  });

  test('is a gap when the pages lead back to themselves, or never end', async () => {
    const circle = await serve((address) => ({
      items: pageOf(address),
      next: address.search === '?page=2' ? '?page=3' : '?page=2',
    }));
    expect((await survey(circle.url)).cause).toContain('this page was read before');
    const endless = await serve((address) => ({
      items: rowsFrom(0, 1),
      next: `?page=${Number(address.searchParams.get('page')) + 1}`,
    }));
    expect((await survey(endless.url, { maxPages: 5 })).cause).toContain('more than 5 pages');
    expect(endless.requests).toHaveLength(5);
  });

  test('is a gap when JSON is cut off in the middle', async () => {
    const { url } = await serve((address) => JSON.stringify(pageOf(address)).slice(0, -5));
    expect((await survey(url)).cause).toContain('not whole JSON');
  });

  test('is a gap when the body is shorter than its length', async () => {
    const { url, requests } = await serve((address, _, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '5000' });
      response.write(JSON.stringify(pageOf(address)));
      setTimeout(() => response.destroy(), 20);
      return undefined;
    });
    expect((await survey(url)).gaps).toMatchObject([{ scope: HOST, hides: 'holds' }]);
    expect(requests).toHaveLength(3);
  });

  test('is a gap when the server stops in the middle of an answer', async () => {
    const { url } = await serve((_, __, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('[');
      return undefined;
    });
    expect((await survey(url, { timeoutMs: 50, retries: 0 })).cause).toContain('UND_ERR_BODY_TIMEOUT');
  });

  test('is a gap when nobody listens', async () => {
    const url = `http://127.0.0.1:${await freePort()}/orders`;
    const { gaps, cause } = await survey(url);
    expect(gaps).toMatchObject([{ scope: HOST, hides: 'holds' }]);
    expect(cause).toContain('ECONNREFUSED');
  });

  test('is whole when the settings say that one page is all', async () => {
    const { url } = await serve((address) => ({ items: pageOf(address), more: true }));
    expect(await survey(url, { paging: { style: 'none' } })).toMatchObject({ gaps: [], rowCount: 10 });
  });
});
