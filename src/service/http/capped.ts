import type { MiddlewareHandler } from 'hono';
import { ServiceError } from '../errors.ts';
import type { ServiceEnv } from './parts.ts';

/** Of what people send. */
const MOST_BODY_BYTES = 256 * 1024;
/** Registries send many events at a time. */
const MOST_NOTIFICATION_BYTES = 1024 * 1024;

/** Refuses bodies that are too large: by their length where they tell it, else while they come in. */
export function capped(): MiddlewareHandler<ServiceEnv> {
  return async (context, next) => {
    const { raw, path } = context.req;
    if (['GET', 'HEAD', 'OPTIONS'].includes(raw.method)) return await next();
    const mostBytes = path.includes('/notifications/') ? MOST_NOTIFICATION_BYTES : MOST_BODY_BYTES;
    const told = context.req.header('content-length');
    if (told !== undefined && context.req.header('transfer-encoding') === undefined) {
      // Node reads no more than was told.
      if (!(Number(told) <= mostBytes)) throw tooLarge(path, mostBytes);
      return await next();
    }
    const body = raw.body === null ? undefined : await readAll(raw.body, path, mostBytes);
    const { method, headers, signal } = raw;
    context.req.raw = new Request(raw.url, { method, headers, signal, ...(body !== undefined && { body }) });
    return await next();
  };
}

/** @throws REQUEST_TOO_LARGE */
async function readAll(
  stream: ReadableStream<Uint8Array>,
  path: string,
  mostBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of stream) {
    bytes += part.length;
    if (bytes > mostBytes) throw tooLarge(path, mostBytes);
    parts.push(part);
  }
  return new Uint8Array(Buffer.concat(parts));
}

function tooLarge(path: string, mostBytes: number): ServiceError {
  return new ServiceError(
    'REQUEST_TOO_LARGE',
    `reading the body for ${path}: it has more than ${mostBytes / 1024} KiB`,
  );
}
