import type { HonoRequest } from 'hono';

/** Whether a request comes from somebody who looks at pages: a browser, outside of the API. */
export function wantsHtml(request: HonoRequest): boolean {
  if (/\/(api\/v1|notifications)\//.test(request.path)) return false;
  return (request.header('accept') ?? '').toLowerCase().includes('text/html');
}
