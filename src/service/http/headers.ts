import type { MiddlewareHandler } from 'hono';
import type { HttpParts, ServiceEnv } from './parts.ts';

/** Scripts, styles and pictures come from here alone, and nothing is written into a page itself. */
export const CONTENT_SECURITY_POLICY =
  "default-src 'self'; style-src 'self'; script-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

/** What every answer carries, errors too. `no-referrer` would take the `Origin` from forms, by which they are known. */
const always: Readonly<Record<string, string>> = {
  'Content-Security-Policy': CONTENT_SECURITY_POLICY,
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=()',
};

/** Adds the headers, and `Cache-Control: no-store` where nothing else was said. */
export function withHeaders(parts: HttpParts): MiddlewareHandler<ServiceEnv> {
  return async (context, next) => {
    await next();
    for (const [name, value] of Object.entries(always)) context.header(name, value);
    if (!context.res.headers.has('Cache-Control')) context.header('Cache-Control', 'no-store');
    if (parts.settings().publicUrl?.startsWith('https:') === true)
      context.header('Strict-Transport-Security', 'max-age=31536000');
  };
}
