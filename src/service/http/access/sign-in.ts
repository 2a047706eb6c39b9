import type { Context, Hono } from 'hono';
import { deleteCookie, setCookie } from 'hono/cookie';
import { ServiceError } from '../../errors.ts';
import type { HttpParts, ServiceEnv } from '../parts.ts';
import type { Door } from './door.ts';
import { SESSION_COOKIE, SESSION_MS } from './session.ts';

/** Adds `POST /login` and `POST /logout`: a browser shows a token once, and gets a cookie that no script can read. */
export function signInRoutes(app: Hono<ServiceEnv>, parts: HttpParts, door: Door, basePath: string): void {
  app.post('/login', async (context) => {
    const form = await context.req.parseBody();
    const token = typeof form['token'] === 'string' ? form['token'].trim() : '';
    const next = ownPath(form['next']);
    try {
      setCookie(context, SESSION_COOKIE, await door.signIn(context, token), cookieOptions(context));
    } catch (failure) {
      const why = failure instanceof ServiceError ? whyNot[failure.code] : undefined;
      if (why === undefined) throw failure;
      return context.redirect(`${basePath}/login?wrong=${why}&next=${encodeURIComponent(next)}`, 303);
    }
    return context.redirect(`${basePath}${next}`, 303);
  });

  app.post('/logout', (context) => {
    deleteCookie(context, SESSION_COOKIE, cookieOptions(context));
    return context.redirect(`${basePath}/login`, 303);
  });

  function cookieOptions(context: Context<ServiceEnv>) {
    const isHttps =
      parts.settings().publicUrl?.startsWith('https:') === true ||
      context.req.header('origin')?.startsWith('https:') === true;
    return {
      ...{ path: basePath || '/', httpOnly: true, sameSite: 'Strict' as const, secure: isHttps },
      maxAge: SESSION_MS / 1000,
    };
  }
}

const whyNot: Readonly<Partial<Record<string, string>>> = { NOT_SIGNED_IN: '1', TOO_MANY_ATTEMPTS: 'wait' };

/** A path below this service; anything else is the first page: nobody is sent elsewhere from here. */
export function ownPath(next: unknown): string {
  const isOwn = typeof next === 'string' && /^\/(?![/\\])[\x21-\x7e]*$/.test(next) && !next.includes('\\');
  return isOwn ? next : '/';
}
