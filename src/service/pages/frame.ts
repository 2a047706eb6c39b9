import type { Context } from 'hono';
import { getCookie } from 'hono/cookie';
import type { Person, Standing } from '../desk.ts';
import type { HttpParts, ServiceEnv, SignedInBy } from '../http/parts.ts';
import { type Saying, sayingOf } from './sayings.ts';

export const themes = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

export const THEME_COOKIE = 'winnow_theme';

/** What is around every page, whatever it shows. */
export interface Frame {
  /** Stands before every link; empty for the root. */
  readonly basePath: string;
  /** For the hidden field of every form. */
  readonly csrf: string;
  readonly person: Person | undefined;
  readonly signedInBy: SignedInBy;
  /** Undefined where it can't be told just now: an error page is shown all the same. */
  readonly standing: Standing | undefined;
  readonly nowMs: number;
  readonly theme: Theme;
  /** This page, with its query, without the base path: what a form comes back to. */
  readonly path: string;
  /** What the last form led to. */
  readonly saying: Saying | undefined;
}

/** Reads what a request says about the frame of its page. */
export async function frameOf(context: Context<ServiceEnv>, parts: HttpParts): Promise<Frame> {
  return { ...bareFrameOf(context, parts), standing: await parts.standing() };
}

/** As {@link frameOf}, without asking anything that may be out of reach: for error pages and for who is not signed in. */
export function bareFrameOf(context: Context<ServiceEnv>, parts: Pick<HttpParts, 'nowMs'>): Frame {
  const basePath = context.get('basePath') ?? '';
  return {
    basePath,
    csrf: context.get('csrf') ?? '',
    person: context.get('person'),
    signedInBy: context.get('signedInBy') ?? 'nobody',
    standing: undefined,
    nowMs: parts.nowMs(),
    theme: themes.find((theme) => theme === getCookie(context, THEME_COOKIE)) ?? 'auto',
    path: pathOf(context.req.url, basePath),
    saying: sayingOf(context.req.query('said'), context.req.query('refused')),
  };
}

/**
 * Where a form may lead back to.
 *
 * @returns the path if it is one of this service, else `/`: nobody is sent elsewhere by a link that he followed.
 */
export function wayBack(path: string | undefined): string {
  return path !== undefined && /^\/(?![/\\])[\x21-\x7e]*$/.test(path) && !path.includes('\\') ? path : '/';
}

/** What the last form said is told once: it does not come back with the next one. */
function pathOf(url: string, basePath: string): string {
  const { pathname, searchParams } = new URL(url);
  searchParams.delete('said');
  searchParams.delete('refused');
  const below = pathname.startsWith(basePath) ? pathname.slice(basePath.length) : pathname;
  const query = searchParams.toString();
  return wayBack(`${below === '' ? '/' : below}${query === '' ? '' : `?${query}`}`);
}
