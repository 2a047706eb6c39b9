import { describe, expect, test } from 'vitest';
import { httpRig } from '../../../test/support/http-rig.ts';
import { histories } from '../../systems/history/index.ts';
import { CodedError } from '../../util/pure/coded-error.ts';

describe('every answer', () => {
  test.each(['/', '/api/v1/me', '/nothing', '/healthz', '/metrics'])(
    'of %s has the headers that keep browsers safe',
    async (path) => {
      const { headers } = await httpRig().ask(path);

      expect(headers.get('Content-Security-Policy')).toBe(
        "default-src 'self'; style-src 'self'; script-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
      );
      expect(headers.get('X-Content-Type-Options')).toBe('nosniff');
      expect(headers.get('Referrer-Policy')).toBe('same-origin');
      expect(headers.get('Cross-Origin-Opener-Policy')).toBe('same-origin');
      expect(headers.get('Cache-Control')).toMatch(/no-store|no-cache/);
      expect(headers.get('Strict-Transport-Security')).toBeNull();
    },
  );

  test('asks for HTTPS for ever where people come by it', async () => {
    const { headers } = await httpRig({ settings: { publicUrl: 'https://winnow.example' } }).ask('/');

    expect(headers.get('Strict-Transport-Security')).toContain('max-age');
  });
});

describe('errors', () => {
  test('are pages for browsers, and documents for all others', async () => {
    const { ask } = httpRig({ parts: { problemPage: (context, { code }) => context.html(`<h1>${code}</h1>`, 404) } });

    const page = await ask('/nothing', { headers: { Accept: 'text/html' } });
    const document = await ask('/nothing');
    const ofApi = await ask('/api/v1/nothing', { headers: { Accept: 'text/html' } });

    expect(await page.text()).toBe('<h1>PAGE_NOT_FOUND</h1>');
    expect([document, ofApi].map(({ headers }) => headers.get('Content-Type'))).toEqual(
      Array(2).fill('application/problem+json'),
    );
  });

  test('of a history that is gone say to come again', async () => {
    const gone = () => Promise.reject(new CodedError('HISTORY_UNAVAILABLE', 'asking the database: no answer'));
    const { ask } = httpRig({ parts: { history: { ...histories.memory(), countRuns: gone } } });

    const answer = await ask('/api/v1/summary');

    expect([answer.status, answer.headers.get('Retry-After')]).toEqual([503, '5']);
    expect(await answer.json()).toMatchObject({ code: 'HISTORY_UNAVAILABLE' });
  });
});

test('nothing is begun while the service is about to end, and reading goes on', async () => {
  const stop = new AbortController();
  const { ask, asked } = httpRig({ parts: { stopping: stop.signal } });
  stop.abort();

  const answer = await ask('/api/v1/runs/r1/stop', { method: 'POST' });

  expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([503, 'SERVICE_STOPPING']);
  expect((await ask('/api/v1/me')).status).toBe(200);
  expect(asked).toEqual([]);
});

describe('probes', () => {
  const probe = { peer: '10.0.0.9', headers: { host: '10.0.0.1:8080' } };

  test('answer to everybody, at the root and below the base path', async () => {
    const { ask } = httpRig({ settings: { basePath: '/winnow' } });

    for (const path of ['/healthz', '/readyz', '/winnow/healthz', '/winnow/readyz'])
      expect((await ask(path, probe)).status).toBe(200);
  });

  test('say that it can not serve without its history, and at its end', async () => {
    const stop = new AbortController();
    const history = histories.memory();
    let isGone = true;
    const check = () => (isGone ? Promise.reject(new Error('postgres://u:secret@db')) : Promise.resolve());
    const { ask } = httpRig({ parts: { history: { ...history, check }, stopping: stop.signal } });

    const without = await ask('/readyz', probe);
    expect([without.status, await without.text()]).toEqual([503, 'not ready: the history does not answer\n']);
    expect((await ask('/healthz', probe)).status).toBe(200);
    isGone = false;
    expect((await ask('/readyz', probe)).status).toBe(200);
    stop.abort();
    expect((await ask('/readyz', probe)).status).toBe(503);
  });
});
