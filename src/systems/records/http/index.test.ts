import { writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { atEnd } from '../../../../test/support/at-end.ts';
import { makeCertificates } from '../../../../test/support/certificates.ts';
import { freePort } from '../../../../test/support/free-port.ts';
import { requires } from '../../../../test/support/requirements.ts';
import { makeTempFolder } from '../../../../test/support/temp-folder.ts';
import { describeRecordSource, HOST, recordFacts, type SuiteRows } from '../contract.suite.ts';
import type { HttpRecords } from '../settings.ts';
import { openHttpRecords } from './index.ts';

const SECRET = 'http-s3cret/token';
const place = { registryHost: HOST, name: 'orders' };
const never = new AbortController().signal;

type Answer = (url: URL, request: IncomingMessage, response: ServerResponse) => unknown;

/** A server on loopback that answers as told: with JSON of what `answer` returns, unless that has answered itself. */
async function serve(answer: Answer): Promise<{ readonly url: string; readonly requests: string[] }> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://server');
    requests.push(request.url ?? '');
    const body = answer(url, request, response);
    if (response.headersSent || response.destroyed || body === undefined) return;
    response.setHeader('content-type', 'application/json');
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  atEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

const quick = { timeoutMs: 2000, retryDelayMs: 1, retries: 2 };

async function survey(url: string, settings: Partial<HttpRecords> = {}) {
  const recorded = recordFacts();
  const source = openHttpRecords({ kind: 'http', url, ...quick, ...settings }, place);
  await source.survey(recorded.sink, never);
  return { ...recorded, rowCount: source.rowCount, cause: recorded.gaps[0]?.cause ?? '' };
}

const rowsFrom = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, n) => ({ id: `${from + n}`, status: 'active' }));

/** 25 rows, ten a page, by `?page=`. */
const pageOf = (url: URL) => {
  const page = Number(url.searchParams.get('page') ?? 1);
  return rowsFrom((page - 1) * 10, Math.max((page - 1) * 10, Math.min(page * 10, 25)));
};

function objects({ columns, rows }: SuiteRows) {
  return rows.map((row) =>
    Object.fromEntries(columns.flatMap((name) => (row[name] == null ? [] : [[name, row[name]]]))),
  );
}

describeRecordSource('http', async () => {
  const lists = new Map<string, { readonly rows: readonly unknown[]; readonly failAt?: number }>();
  const { url } = await serve((address, request, response) => {
    if (request.headers.authorization !== `Bearer ${SECRET}`) {
      response.statusCode = 401;
      return { error: 'no' };
    }
    const { rows, failAt } = lists.get(address.pathname) ?? { rows: [] };
    const from = Number(address.searchParams.get('from') ?? 0);
    if (failAt !== undefined && from >= failAt) {
      response.statusCode = 500;
      return { error: `what is ${request.headers.authorization}?` };
    }
    return { items: rows.slice(from, from + 1000), next: from + 1000 < rows.length ? `?from=${from + 1000}` : null };
  });
  const open = (rows: SuiteRows, failAt?: number) => {
    const path = `/${lists.size}`;
    lists.set(path, { rows: objects(rows), ...(failAt !== undefined && { failAt }) });
    const { mapping } = rows;
    return openHttpRecords(
      { kind: 'http', url: `${url}${path}`, token: SECRET, ...quick, ...(mapping && { mapping }) },
      place,
    );
  };
  return { secret: SECRET, open: async (rows) => open(rows), openFailing: async (rows) => open(rows, 2000) };
});

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

describe('an HTTP server that is busy or broken for a moment', () => {
  test.each([429, 503, 502, 500, 408])('is asked again after %i', async (status) => {
    let n = 0;
    const { url } = await serve((address, _, response) => {
      n += 1;
      if (n < 3) response.statusCode = status;
      return pageOf(address);
    });
    expect(await survey(url)).toMatchObject({ gaps: [], rowCount: 10 });
  });

  test('is given the time that it asks for', async () => {
    let n = 0;
    const { url } = await serve((address, _, response) => {
      n += 1;
      if (n === 1) response.writeHead(503, { 'retry-after': '1' }).end();
      return pageOf(address);
    });
    const before = performance.now();
    expect(await survey(url)).toMatchObject({ gaps: [] });
    expect(performance.now() - before).toBeGreaterThan(950);
  });

  test('is not waited for once the survey is aborted', async () => {
    const { url } = await serve((_, __, response) => {
      response.writeHead(503, { 'retry-after': '60' }).end();
      return undefined;
    });
    const stop = new AbortController();
    setTimeout(() => stop.abort(new Error('enough')), 50);
    const source = openHttpRecords({ kind: 'http', url, ...quick }, place);
    await expect(source.survey(recordFacts().sink, stop.signal)).rejects.toThrow('enough');
  });
});

describe('what an HTTP source may not do', () => {
  test('follow a link or a redirect to another server, which would get the token', async () => {
    const other = await serve(() => []);
    const linking = await serve((address) => ({ items: pageOf(address), next: `${other.url}/orders` }));
    expect((await survey(linking.url, { token: SECRET })).cause).toContain('the next page lies elsewhere');
    const redirecting = await serve((_, __, response) => {
      response.writeHead(302, { location: `${other.url}/login` }).end();
      return undefined;
    });
    await expect(survey(redirecting.url, { token: SECRET })).rejects.toMatchObject({ code: 'RECORDS_HTTP_REFUSED' });
    expect(other.requests).toEqual([]);
  });

  test('redirect for ever', async () => {
    const { url, requests } = await serve((_, __, response) => {
      response.writeHead(302, { location: '/' }).end();
      return undefined;
    });
    await expect(survey(url)).rejects.toMatchObject({ code: 'RECORDS_HTTP_REFUSED' });
    expect(requests).toHaveLength(6);
  });

  test('take a page for people, or too large a page, for records', async () => {
    const { url } = await serve((_, __, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Please log in</html>');
      return undefined;
    });
    await expect(survey(url)).rejects.toMatchObject({ code: 'RECORDS_FORMAT_INVALID' });
    const large = await serve((address) => pageOf(address));
    await expect(survey(large.url, { maxPageBytes: 100 })).rejects.toMatchObject({ code: 'RECORDS_TOO_LARGE' });
    const endless = await serve((_, __, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const timer = setInterval(() => response.write(' '.repeat(1000)), 1);
      response.on('close', () => clearInterval(timer));
      return undefined;
    });
    await expect(survey(endless.url, { maxPageBytes: 5000 })).rejects.toMatchObject({ code: 'RECORDS_TOO_LARGE' });
  });

  test('be opened with an address that is none', () => {
    for (const url of ['orders', 'ftp://server/orders', `https://me:${SECRET}@:x`]) {
      const open = () => openHttpRecords({ kind: 'http', url }, place);
      expect(open).toThrow(expect.objectContaining({ code: 'RECORDS_SETTINGS_INVALID' }));
      expect(open).toThrow(expect.not.objectContaining({ message: expect.stringContaining(SECRET) }));
    }
  });
});

describe('the credentials of an HTTP source', () => {
  const echo = () =>
    serve((address, request, response) => {
      response.statusCode = address.pathname === '/echo' ? 400 : 200;
      const { authorization, 'private-token': token } = request.headers;
      return address.pathname === '/echo'
        ? `you sent ${authorization} ${token} ${address.search}`
        : [{ id: `${authorization} ${token}`, status: 'open' }];
    });
  const sent = async (address: string, settings: Partial<HttpRecords>) => (await survey(address, settings)).facts[0];

  test('are a bearer token, a token in a header of its own, or user and password', async () => {
    const { url } = await echo();
    const file = join(makeTempFolder('token'), 'token');
    writeFileSync(file, `${SECRET}\n`);
    const basic = Buffer.from(`me:${SECRET}`).toString('base64');
    const address = url.replace('//', `//me:${encodeURIComponent(SECRET)}@`);
    expect(await sent(url, { tokenFile: file })).toContain(`Bearer ${SECRET} undefined`);
    expect(await sent(url, { token: SECRET, tokenHeader: 'Private-Token' })).toContain(`undefined ${SECRET}`);
    expect(await sent(url, { username: 'me', passwordFile: file })).toContain(`Basic ${basic}`);
    expect(await sent(address, {})).toContain(`Basic ${basic}`);
    expect(await sent(url, {})).toContain('undefined undefined');
  });

  test('are hidden where the server repeats them', async () => {
    const { url } = await echo();
    const basic = Buffer.from(`me:${SECRET}`).toString('base64');
    const settings: Partial<HttpRecords>[] = [
      { token: SECRET },
      { token: SECRET, tokenHeader: 'private-token' },
      { username: 'me', password: SECRET },
    ];
    for (const one of settings) {
      const failure = (await survey(`${url}/echo?api_key=${encodeURIComponent(SECRET)}`, one).catch(
        (error: unknown) => error,
      )) as Error;
      expect(failure.message).toContain('you sent');
      for (const secret of [SECRET, encodeURIComponent(SECRET), basic]) expect(failure.message).not.toContain(secret);
    }
  });

  test('are refused when they contradict each other or cannot be sent', async () => {
    const { url } = await echo();
    const refused = { code: 'RECORDS_SETTINGS_INVALID' };
    await expect(survey(url, { token: 'x', username: 'me', password: 'y' })).rejects.toMatchObject(refused);
    await expect(survey(url, { password: 'y' })).rejects.toMatchObject(refused);
    const failure = await survey(url, { token: `${SECRET}\nx` }).catch((error: unknown) => error);
    expect(failure).toMatchObject(refused);
    expect(String(failure)).not.toContain(SECRET);
    await expect(survey(url, { tokenEnv: 'WINNOW_TEST_NOT_SET' })).rejects.toMatchObject({
      code: 'RECORDS_SECRET_UNREADABLE',
    });
  });
});

describe.skipIf(!requires('openssl'))('an HTTPS server of records', () => {
  test('is trusted by its certificate authority alone', async () => {
    const { readFileSync } = await import('node:fs');
    const certificates = await makeCertificates();
    const pem = {
      cert: readFileSync(certificates.server.certificateFile),
      key: readFileSync(certificates.server.keyFile),
    };
    const server = createTlsServer(pem, (_, response) => response.end('[{"id":"7","status":"open"}]'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    atEnd(() => {
      server.closeAllConnections();
      server.close();
    });
    const { port } = server.address() as AddressInfo;
    expect(await survey(`https://127.0.0.1:${port}`, { caFile: certificates.caFile })).toMatchObject({ rowCount: 1 });
    await expect(survey(`https://127.0.0.1:${port}`)).rejects.toMatchObject({ code: 'RECORDS_TLS_UNTRUSTED' });
    await expect(survey(`https://127.0.0.1:${port}`, { caFile: '/absent' })).rejects.toMatchObject({
      code: 'RECORDS_SECRET_UNREADABLE',
    });
  });

  test('that speaks no TLS is a mistake in the address', async () => {
    const { url } = await serve(() => []);
    await expect(survey(url.replace('http:', 'https:'))).rejects.toMatchObject({ code: 'RECORDS_TLS_FAILED' });
  });
});
