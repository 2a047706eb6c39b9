import { context, propagation, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { messageOf } from '../util/pure/coded-error.ts';
import type { Log, LogFields } from './log.ts';

const FLUSH_WITHIN_MS = 5000;

/** Traces that are sent somewhere, or nowhere. */
export interface Tracing {
  /** Sends what is left. Never throws: what could not be sent is told to the log. */
  shutdown(): Promise<void>;
}

/**
 * Where the environment names an OTLP receiver (`OTEL_EXPORTER_OTLP_ENDPOINT`, `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`), spans go there as
 * JSON over HTTP; else nothing of it is even loaded. https://opentelemetry.io/docs/specs/otel/protocol/exporter/
 */
export async function startTracing(
  env: Readonly<Record<string, string | undefined>>,
  about: { readonly version: string; readonly replica: string },
  log: Log,
): Promise<Tracing> {
  const url = receiverOf(env);
  if (url === undefined) return { shutdown: async () => {} };
  const [sdk, exporter, resources] = await Promise.all([
    import('@opentelemetry/sdk-trace-node'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
  ]);
  const provider = new sdk.NodeTracerProvider({
    resource: resources.resourceFromAttributes({
      'service.name': env['OTEL_SERVICE_NAME'] ?? 'winnow',
      'service.version': about.version,
      'service.instance.id': about.replica,
    }),
    spanProcessors: [
      new sdk.BatchSpanProcessor(new exporter.OTLPTraceExporter({ url, timeoutMillis: FLUSH_WITHIN_MS })),
    ],
  });
  provider.register();
  log.info('traces are sent', { to: new URL(url).origin });
  return {
    async shutdown() {
      try {
        await provider.shutdown();
      } catch (failure) {
        log.warn(`sending the last traces: ${messageOf(failure)}`);
      }
      trace.disable();
      context.disable();
      propagation.disable();
    },
  };
}

/** Where traces go. Undefined: nowhere. */
export function receiverOf(env: Readonly<Record<string, string | undefined>>): string | undefined {
  if (env['OTEL_SDK_DISABLED'] === 'true' || env['OTEL_TRACES_EXPORTER'] === 'none') return undefined;
  const [own, base] = [env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'], env['OTEL_EXPORTER_OTLP_ENDPOINT']];
  if (own !== undefined && own !== '') return own;
  return base === undefined || base === '' ? undefined : `${base.replace(/\/$/, '')}/v1/traces`;
}

/** Of the span that is under way, for log lines; nothing where there is none. */
export function traceFields(): LogFields {
  const span = trace.getActiveSpan()?.spanContext();
  return span === undefined ? {} : { trace_id: span.traceId, span_id: span.spanId };
}

/** The log, with the trace that each line belongs to. */
export function tracedLog(log: Log): Log {
  return {
    debug: (words, fields) => log.debug(words, { ...traceFields(), ...fields }),
    info: (words, fields) => log.info(words, { ...traceFields(), ...fields }),
    warn: (words, fields) => log.warn(words, { ...traceFields(), ...fields }),
  };
}

export interface TracedRequest {
  readonly method: string;
  readonly path: string;
  /** As it came; the span becomes a part of that trace. */
  readonly traceparent: string | undefined;
  /** The pattern of the route, once it is known. */
  readonly route: () => string | undefined;
}

/** @param does - answers with the status */
export async function inRequestSpan(request: TracedRequest, does: () => Promise<number>): Promise<void> {
  const { method, path, traceparent, route } = request;
  const carrier = traceparent === undefined ? {} : { traceparent };
  await context.with(propagation.extract(context.active(), carrier), () =>
    inSpan(method, SpanKind.SERVER, { 'http.request.method': method, 'url.path': path }, async (span) => {
      const status = await does();
      span.setAttribute('http.response.status_code', status);
      const pattern = route();
      if (pattern !== undefined) span.updateName(`${method} ${pattern}`).setAttribute('http.route', pattern);
      if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
    }),
  );
}

/**
 * A span for the process of a run.
 *
 * @param does - gets what the process is given in its environment to go on with the trace: `TRACEPARENT`, or nothing
 */
export async function inRunSpan<T>(
  phase: 'plan' | 'apply' | 'undo',
  run: { readonly id: string; readonly schedule: string; readonly flow: string },
  does: (env: Readonly<Record<string, string>>) => Promise<T>,
): Promise<T> {
  const attributes = { 'winnow.run.id': run.id, 'winnow.schedule': run.schedule, 'winnow.flow': run.flow };
  return await inSpan(`${phase} ${run.flow}`, SpanKind.INTERNAL, attributes, () => {
    const carrier: Record<string, string> = {};
    propagation.inject(context.active(), carrier);
    const { traceparent } = carrier;
    return does(traceparent === undefined ? {} : { TRACEPARENT: traceparent });
  });
}

async function inSpan<T>(
  name: string,
  kind: SpanKind,
  attributes: Readonly<Record<string, string>>,
  does: (span: Span) => Promise<T>,
): Promise<T> {
  return await trace.getTracer('winnow').startActiveSpan(name, { kind, attributes }, async (span) => {
    try {
      return await does(span);
    } catch (failure) {
      span.setStatus({ code: SpanStatusCode.ERROR, message: messageOf(failure) });
      throw failure;
    } finally {
      span.end();
    }
  });
}
