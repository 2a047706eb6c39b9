import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { atEnd } from '../../../../test/support/at-end.ts';
import { HOST, recordFacts } from '../recorded-facts.suite.ts';
import type { HttpRecords, RecordsPlace } from '../settings.ts';
import { openHttpRecords } from './index.ts';

/** What the tests of this folder share: a server that is told what to answer, and a survey of it. */
export const SECRET = 'http-s3cret/token';
export const place: RecordsPlace = { registryHost: HOST, name: 'orders' };
const never = new AbortController().signal;

export type Answer = (url: URL, request: IncomingMessage, response: ServerResponse) => unknown;

/** A server on loopback that answers as told: with JSON of what `answer` returns, unless that has answered itself. */
export async function serve(answer: Answer): Promise<{ readonly url: string; readonly requests: string[] }> {
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

export const quick = { timeoutMs: 2000, retryDelayMs: 1, retries: 2 };

export async function survey(url: string, settings: Partial<HttpRecords> = {}) {
  const recorded = recordFacts();
  const source = openHttpRecords({ kind: 'http', url, ...quick, ...settings }, place);
  await source.survey(recorded.sink, never);
  return { ...recorded, rowCount: source.rowCount, cause: recorded.gaps[0]?.cause ?? '' };
}

export const rowsFrom = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, n) => ({ id: `${from + n}`, status: 'active' }));

/** 25 rows, ten a page, by `?page=`. */
export const pageOf = (url: URL) => {
  const page = Number(url.searchParams.get('page') ?? 1);
  return rowsFrom((page - 1) * 10, Math.max((page - 1) * 10, Math.min(page * 10, 25)));
};
