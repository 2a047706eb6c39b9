import { createHash } from 'node:crypto';
import type { Context, Hono } from 'hono';
import { ServiceError } from '../../errors.ts';
import { assertRole } from '../access/roles.ts';
import type { HttpParts, ServiceEnv } from '../parts.ts';
import { openApiDocument } from './openapi.ts';
import { readBody, readQuery } from './read-request.ts';
import type { Call, Route } from './route.ts';
import { API_PATH, routeTable } from './table.ts';

/** Adds every route of the table, and `/openapi.json`. */
export function apiRoutes(app: Hono<ServiceEnv>, parts: HttpParts): void {
  for (const one of routeTable)
    app.on(one.method.toUpperCase(), `${API_PATH}${one.path}`, (context) => answer(context, one, parts));
  // What is below and not in the table answers as the API does, whatever pages make of other addresses.
  app.all(`${API_PATH}/*`, ({ req: { method, path } }) => {
    throw new ServiceError('PAGE_NOT_FOUND', `looking for ${method} ${path}: there is no such route`, {
      hint: 'Look at /openapi.json.',
    });
  });
  app.get('/openapi.json', async (context) => {
    const { version } = await parts.standing();
    return withTag(context, JSON.stringify(openApiDocument(version, context.get('basePath'))));
  });
  app.get('/version', async (context) => context.json({ version: (await parts.standing()).version }));
}

async function answer(context: Context<ServiceEnv>, one: Route, parts: HttpParts): Promise<Response> {
  const doing = `answering ${one.method.toUpperCase()} ${context.req.path}`;
  const person = assertRole(context.get('person'), one.role, doing);
  const query = readQuery(context, one);
  const body = one.method === 'post' ? await readBody(context, one) : {};
  // Nobody would read the stream, so that it would never end.
  if (context.req.method === 'HEAD' && !('json' in one.answer))
    return context.body(null, 200, { 'Content-Type': one.answer.mediaType });
  const call: Call = { parts, person, query, body, context, at: (name) => context.req.param(name) ?? '' };
  const made = await one.does(call);
  if (!('json' in one.answer)) return made as Response;
  const text = JSON.stringify(made);
  if (one.method === 'get') return withTag(context, text);
  return context.body(text, one.answer.status, { 'Content-Type': 'application/json' });
}

/** Who has it already is told so: pages of runs are asked for again and again. */
function withTag(context: Context<ServiceEnv>, text: string): Response {
  const tag = `"${createHash('sha256').update(text).digest('base64url').slice(0, 27)}"`;
  const headers = { ETag: tag, 'Cache-Control': 'private, no-cache', Vary: 'Authorization, Cookie' };
  const known = (context.req.header('if-none-match') ?? '').split(',').map((one) => one.trim().replace(/^W\//, ''));
  if (known.includes(tag)) return context.body(null, 304, headers);
  return context.body(text, 200, { ...headers, 'Content-Type': 'application/json' });
}
