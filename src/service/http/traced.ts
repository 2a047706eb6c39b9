import type { MiddlewareHandler } from 'hono';
import { matchedRoutes } from 'hono/route';
import { inRequestSpan } from '../tracing.ts';
import type { HttpParts, ServiceEnv } from './parts.ts';

/** They come every few seconds, and tell nothing. */
const PROBES = /\/(healthz|readyz|metrics)$/;

/** A span for each request, where traces are wanted, and a line in the log at debug. Addresses without their queries: those may hold anything. */
export function traced({ log, nowMs }: HttpParts): MiddlewareHandler<ServiceEnv> {
  return async (context, next) => {
    const { method, path } = context.req;
    if (PROBES.test(path)) return await next();
    const beganMs = nowMs();
    const traceparent = context.req.header('traceparent');
    // What all routes share is registered for all methods.
    const route = () => matchedRoutes(context).find((one) => one.method !== 'ALL')?.path;
    await inRequestSpan({ method, path, traceparent, route }, async () => {
      await next();
      const { status } = context.res;
      log.debug(`${method} ${path}`, { status, duration_seconds: (nowMs() - beganMs) / 1000 });
      return status;
    });
  };
}
