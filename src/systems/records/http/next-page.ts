import { readUrl } from '../../../util/pure/read-url.ts';
import { fieldOf } from '../field.ts';
import type { Paging } from '../settings.ts';
import { nextLink } from './link-header.ts';
import type { StatedTotal } from './total.ts';

/** One page as it came. */
export interface Page {
  readonly url: URL;
  readonly status: number;
  readonly body: unknown;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly rowsOnPage: number;
  /** With this page's. */
  readonly rowsSoFar: number;
  readonly total: StatedTotal | undefined;
}

const bodyLinks = [
  'next',
  'next.href',
  'links.next',
  'links.next.href',
  '_links.next',
  '_links.next.href',
  '@odata.nextLink',
  'nextLink',
];

/** The first page's address: numbered pages get their parameters. */
export function firstPage(url: URL, paging: Paging): URL {
  if (paging.style !== 'page') return url;
  const first = new URL(url);
  first.searchParams.set(paging.parameter ?? 'page', String(paging.first ?? 1));
  if (paging.size !== undefined) first.searchParams.set(paging.sizeParameter ?? 'per_page', String(paging.size));
  return first;
}

/** The address of the page after this one; undefined when this was the last as far as the style can tell. */
export function nextPage(page: Page, paging: Paging): URL | 'invalid' | undefined {
  switch (paging.style) {
    case 'none':
      return undefined;
    case 'link':
      return resolve(nextLink(page.headers['link']), page.url);
    case 'next':
      return resolve(fieldOf(page.body, paging.field), page.url);
    case 'auto':
      return resolve(nextLink(page.headers['link']) ?? bodyLink(page.body), page.url);
    case 'page':
      return numbered(page, paging.parameter ?? 'page');
    case 'cursor':
      return withCursor(page, paging.parameter, fieldOf(page.body, paging.field));
  }
}

/** A usual field of the body, if what it holds looks like an address: a bare token needs settings. */
function bodyLink(body: unknown): string | undefined {
  for (const path of bodyLinks) {
    const value = fieldOf(body, path);
    if (typeof value === 'string' && /^(?:https?:|\/|\?)/i.test(value)) return value;
  }
  return undefined;
}

function resolve(link: unknown, base: URL): URL | 'invalid' | undefined {
  if (link === undefined || link === null || link === '') return undefined;
  if (typeof link !== 'string' || readUrl(link, base.href) === undefined) return 'invalid';
  const url = new URL(link, base);
  url.hash = '';
  return url;
}

/** A short page proves nothing: servers cap the size that they are asked for. Only an empty one, or the declared total, is the end. */
function numbered(page: Page, parameter: string): URL | undefined {
  const { total, rowsSoFar } = page;
  if (page.rowsOnPage === 0 || (total?.declared === true && rowsSoFar >= total.rows)) return undefined;
  const next = new URL(page.url);
  next.searchParams.set(parameter, String(Number(page.url.searchParams.get(parameter)) + 1));
  return next;
}

function withCursor(page: Page, parameter: string, cursor: unknown): URL | 'invalid' | undefined {
  if (cursor === undefined || cursor === null || cursor === '' || cursor === false) return undefined;
  if (typeof cursor !== 'string' && typeof cursor !== 'number') return 'invalid';
  const next = new URL(page.url);
  next.searchParams.set(parameter, String(cursor));
  return next;
}
