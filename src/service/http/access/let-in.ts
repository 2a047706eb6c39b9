import type { Context, MiddlewareHandler } from 'hono';
import { ServiceError } from '../../errors.ts';
import { wantsHtml } from '../accepts.ts';
import type { HttpParts, ServiceEnv } from '../parts.ts';
import { assertOwnPage, csrfToken } from './csrf.ts';
import type { Door } from './door.ts';

/** What is open to nobody, below `basePath`: signing in, and what that page looks like. */
const OPEN = /^\/(login$|assets\/)/;
/** Here registries send, with a token of their own. */
const REGISTRIES = /^\/notifications\//;

/** Finds out who asks, lets in who may read, and refuses what pages of elsewhere send. */
export function letIn(parts: HttpParts, door: Door, basePath: string): MiddlewareHandler<ServiceEnv> {
  return async (context, next) => {
    context.set('basePath', basePath);
    context.set('csrf', '');
    context.set('person', undefined);
    context.set('signedInBy', 'nobody');
    const path = context.req.path.slice(basePath.length) || '/';
    if (REGISTRIES.test(path) || (path.startsWith('/assets/') && isSafe(context))) return await next();

    if (!isSafe(context) && parts.stopping?.aborted === true)
      throw new ServiceError(
        'SERVICE_STOPPING',
        `answering ${context.req.method} ${path}: the service is about to end`,
      );
    const { person, by } = await door.askerOf(context);
    context.set('person', person);
    context.set('signedInBy', by);
    if (person === undefined && !OPEN.test(path)) return turnAway(context, basePath, path);
    // Who sends a token in a header himself can't be made to by a page.
    const isByHand = by === 'token' || (by === 'oidc' && context.req.header('authorization') !== undefined);
    if (!isSafe(context) && !isByHand)
      await assertOwnPage(context, door.seal, parts.nowMs(), parts.settings().publicUrl);
    if (!isByHand) context.set('csrf', await csrfToken(door.seal, person, parts.nowMs()));
    return await next();
  };
}

function turnAway(context: Context<ServiceEnv>, basePath: string, path: string): Response {
  if (!isSafe(context) || !wantsHtml(context.req))
    throw new ServiceError('NOT_SIGNED_IN', `answering ${context.req.method} ${path}: nobody is known to ask`);
  const query = new URL(context.req.url).search;
  return context.redirect(`${basePath}/login?next=${encodeURIComponent(path + query)}`, 303);
}

function isSafe(context: Context<ServiceEnv>): boolean {
  return ['GET', 'HEAD', 'OPTIONS'].includes(context.req.method);
}
