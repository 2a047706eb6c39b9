import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { httpRig } from '../../test/support/http-rig.ts';
import { inRunSpan, receiverOf, startTracing, tracedLog, traceFields } from './tracing.ts';

interface Span {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly attributes: readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[];
  readonly status?: { readonly code?: number };
}

/** All spans that came, and what came with them of the process. */
const spans: Span[] = [];
const resources: string[] = [];
const receiver = createServer((request, response) => {
  let text = '';
  request.setEncoding('utf8').on('data', (part) => {
    text += part;
  });
  request.on('end', () => {
    for (const { resource, scopeSpans } of JSON.parse(text).resourceSpans) {
      resources.push(JSON.stringify(resource));
      for (const scope of scopeSpans) spans.push(...scope.spans);
    }
    response.setHeader('content-type', 'application/json').end('{}');
  });
});

let env: Record<string, string> = {};
beforeAll(async () => {
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  env = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/` };
});
afterAll(() => {
  receiver.closeAllConnections();
  receiver.close();
});
beforeEach(() => {
  spans.length = 0;
  resources.length = 0;
});

const about = { version: '1.2.3', replica: 'one' };
const quiet = { debug() {}, info() {}, warn() {} };
const attribute = (span: Span | undefined, key: string) =>
  Object.values(span?.attributes.find((one) => one.key === key)?.value ?? {})[0];

describe('traces', () => {
  test('go to the receiver that the environment names, all of them before the end', async () => {
    const tracing = await startTracing(env, about, quiet);
    const { ask } = httpRig();
    const traceId = 'a'.repeat(32);
    await ask('/api/v1/runs/nope?text=secret', { headers: { traceparent: `00-${traceId}-${'b'.repeat(16)}-01` } });
    await ask('/healthz');
    await tracing.shutdown();

    expect(spans).toHaveLength(1);
    const [span] = spans;
    expect(span).toMatchObject({ name: 'GET /api/v1/runs/:id', traceId, parentSpanId: 'b'.repeat(16) });
    expect(Number(attribute(span, 'http.response.status_code'))).toBe(400);
    expect(JSON.stringify(spans)).not.toContain('secret');
    expect(resources[0]).toContain('"winnow"');
    expect(resources[0]).toContain('1.2.3');
  });

  test('go on in the process of a run, and stand in log lines', async () => {
    const tracing = await startTracing(env, about, quiet);
    const lines: unknown[] = [];
    const log = tracedLog({ ...quiet, info: (words, fields) => void lines.push({ words, ...fields }) });
    const given = await inRunSpan('plan', { id: 'r1', schedule: 'nightly', flow: 'prune' }, async (runEnv) => {
      log.info('planning', { run_id: 'r1' });
      return runEnv;
    });
    await tracing.shutdown();

    const [span] = spans;
    expect(span).toMatchObject({ name: 'plan prune' });
    expect(attribute(span, 'winnow.run.id')).toBe('r1');
    expect(given).toEqual({ TRACEPARENT: `00-${span?.traceId}-${span?.spanId}-01` });
    expect(lines).toEqual([{ words: 'planning', run_id: 'r1', trace_id: span?.traceId, span_id: span?.spanId }]);
  });

  test('tell of what fails', async () => {
    const tracing = await startTracing(env, about, quiet);
    const failing = inRunSpan('apply', { id: 'r1', schedule: 's', flow: 'prune' }, () =>
      Promise.reject(new Error('no')),
    );
    await expect(failing).rejects.toThrow('no');
    await tracing.shutdown();

    expect(spans[0]?.status?.code).toBe(2);
  });

  test('are nothing where no receiver is named', async () => {
    const tracing = await startTracing({}, about, quiet);
    const given = await inRunSpan('plan', { id: 'r1', schedule: 's', flow: 'prune' }, async (runEnv) => ({
      ...runEnv,
      ...traceFields(),
    }));
    await tracing.shutdown();

    expect(given).toEqual({});
    expect(spans).toEqual([]);
  });

  test('that can not be sent end nothing', async () => {
    const tracing = await startTracing({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://127.0.0.1:1/x' }, about, quiet);
    await inRunSpan('plan', { id: 'r1', schedule: 's', flow: 'prune' }, async () => {});

    await tracing.shutdown();
  });
});

test.each([
  [{}, undefined],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: '' }, undefined],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://a:4318' }, 'http://a:4318/v1/traces'],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://a', OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://b/t' }, 'http://b/t'],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://a', OTEL_SDK_DISABLED: 'true' }, undefined],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://a', OTEL_TRACES_EXPORTER: 'none' }, undefined],
])('with %j traces go to %s', (given, url) => {
  expect(receiverOf(given)).toBe(url);
});
