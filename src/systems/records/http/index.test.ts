import { readFileSync } from 'node:fs';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { atEnd } from '../../../../test/support/at-end.ts';
import { makeCertificates } from '../../../../test/support/certificates.ts';
import { requires } from '../../../../test/support/requirements.ts';
import { describeRecordSource, type SuiteRows } from '../contract.suite.ts';
import { recordFacts } from '../recorded-facts.suite.ts';
import { openHttpRecords } from './index.ts';
import { pageOf, place, quick, SECRET, serve, survey } from './json-server.suite.ts';

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

describe.skipIf(!requires('openssl'))('an HTTPS server of records', () => {
  test('is trusted by its certificate authority alone', async () => {
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
