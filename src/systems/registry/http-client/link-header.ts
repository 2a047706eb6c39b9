import { readUrl } from '../../../util/pure/read-url.ts';
/** Why a `Link` cannot be followed, or the query of the next page, or `undefined` where there is none. */
export type NextPage = { readonly query: string } | { readonly refused: string } | undefined;

const LINK = /<([^>]*)>([^,<]*)/g;

/**
 * Reads the `Link` header of a list. Only the query of the next page is taken from it: a list goes on at the same path of the
 * same host, so nothing that a server writes there can send credentials elsewhere. The scheme may differ, as it does
 * behind proxies that end TLS.
 *
 * @param pageUrl - absolute URL of the page that it came with.
 * @see https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#listing-tags
 */
export function nextPage(link: string | undefined, pageUrl: string): NextPage {
  for (const [, target = '', parameters = ''] of (link ?? '').matchAll(LINK)) {
    if (!/;\s*rel\s*=\s*"?next"?\s*(?:;|$)/i.test(parameters.trimEnd())) continue;
    if (readUrl(target, pageUrl) === undefined) return { refused: 'the link to its next page is not a URL' };
    const page = new URL(pageUrl);
    const next = new URL(target, pageUrl);
    if (next.host !== page.host) return { refused: `its next page is said to be on another host, ${next.host}` };
    if (next.pathname !== page.pathname) return { refused: 'its next page is said to be at another path' };
    return { query: next.search.slice(1) };
  }
  return undefined;
}
