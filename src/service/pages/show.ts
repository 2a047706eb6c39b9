import type { Context } from 'hono';
import type { JSX } from 'hono/jsx/jsx-runtime';
import type { RunRecord } from '../../systems/history/contract.ts';
import { ServiceError } from '../errors.ts';
import type { HttpParts, ServiceEnv } from '../http/parts.ts';
import type { RefusedCode, SaidCode } from './sayings.ts';

export type PageContext = Context<ServiceEnv>;

/** Answers with a page. Nobody keeps it: the next look may show something else. */
export function show(
  context: PageContext,
  page: JSX.Element,
  status: 200 | 401 | 403 | 404 = 200,
): Response | Promise<Response> {
  context.header('Cache-Control', 'no-store');
  return context.html(page, status);
}

/** After a form: on to a page, with what was done in its address. @param path - without the base path */
export function leadTo(
  context: PageContext,
  path: string,
  saying?: { readonly said: SaidCode } | { readonly refused: RefusedCode },
): Response {
  const [way = '/', query = ''] = path.split('?');
  const search = new URLSearchParams(query);
  for (const [key, value] of Object.entries(saying ?? {})) search.set(key, value);
  const found = search.toString();
  return context.redirect(`${context.get('basePath')}${way}${found === '' ? '' : `?${found}`}`, 303);
}

/** The run that an address names. @throws RUN_NOT_FOUND */
export async function runOf(context: PageContext, { history }: Pick<HttpParts, 'history'>): Promise<RunRecord> {
  const id = context.req.param('id') ?? '';
  const run = await history.run(id);
  if (run !== undefined) return run;
  throw new ServiceError('RUN_NOT_FOUND', `looking for the run ${JSON.stringify(id)}: there is none`);
}

/** A value of the query, without blanks around it; undefined where it is empty: forms send those too. */
export function queryOf(context: PageContext, name: string): string | undefined {
  const value = context.req.query(name)?.trim();
  return value === undefined || value === '' ? undefined : value;
}
