import { ReadingStopped, recordsError } from '../errors.ts';
import { listIn } from '../list-in-document.ts';
import type { HttpRecords, Paging } from '../settings.ts';
import type { GetOptions } from './get.ts';
import { getJson } from './get-json.ts';
import { firstPage, nextPage, type Page } from './next-page.ts';
import { statedTotal } from './total.ts';
import { checkEnd, checkTotal } from './wholeness.ts';

const DEFAULT_MAX_PAGES = 100_000;

/** The rows of all pages, page by page. It returns only where nothing says that there is more. */
export async function* readPages(
  settings: HttpRecords,
  start: URL,
  options: GetOptions,
  signal: AbortSignal,
): AsyncGenerator<readonly unknown[]> {
  const paging = settings.paging ?? { style: 'auto' };
  const maxPages = settings.maxPages ?? DEFAULT_MAX_PAGES;
  const seen = new Set<string>();
  let url: URL | undefined = firstPage(start, paging);
  let before: Page | undefined;
  while (url !== undefined) {
    const number = seen.size + 1;
    const doing = `reading page ${number} of the records from ${start.origin}${start.pathname}`;
    if (number > maxPages)
      throw new ReadingStopped(`${doing}: there are more than ${maxPages} pages`, 'Raise the limit of pages.');
    if (seen.has(url.href))
      throw new ReadingStopped(`${doing}: this page was read before`, 'Check the paging settings.');
    seen.add(url.href);

    const { status, body, headers, text } = await getJson(url, options, doing, signal);
    const rows = listIn(body, settings.items, doing);
    const total = statedTotal(body, headers, settings.total);
    const page: Page = {
      url,
      status,
      body,
      headers,
      text,
      rowsOnPage: rows.length,
      rowsSoFar: (before?.rowsSoFar ?? 0) + rows.length,
      total,
    };
    checkTotal(page, before, settings.total, paging, doing);
    yield rows;
    url = addressAfter(page, paging, start, doing);
    if (url === undefined) checkEnd(page, paging, number, doing);
    before = page;
  }
}

/** @throws RECORDS_HTTP_REFUSED for an address elsewhere: credentials go to the configured server alone. */
function addressAfter(page: Page, paging: Paging, start: URL, doing: string): URL | undefined {
  const next = nextPage(page, paging);
  if (next === 'invalid') throw new ReadingStopped(`${doing}: the link to the next page is not an address`);
  if (next === undefined || next.origin === start.origin) return next;
  const message = `${doing}: the next page lies elsewhere, at ${next.origin}, and is not read`;
  throw recordsError(
    'RECORDS_HTTP_REFUSED',
    message,
    `Use the address that the server itself uses, or correct the links it writes.`,
  );
}
