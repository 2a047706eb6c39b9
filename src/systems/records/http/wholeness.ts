import { ReadingStopped, recordsError } from '../errors.ts';
import type { Paging } from '../settings.ts';
import { moreHint } from './more-hint.ts';
import type { Page } from './next-page.ts';

/**
 * Checks what a page says of the number of all rows. Numbered pages shift when rows come and go between two of them, and then a row
 * can fall between: so there the total must stay the same.
 */
export function checkTotal(
  page: Page,
  before: Page | undefined,
  path: string | undefined,
  paging: Paging,
  doing: string,
): void {
  if (path !== undefined && page.total === undefined) {
    if (before === undefined)
      throw recordsError('RECORDS_FORMAT_INVALID', `${doing}: there is no number of rows at ${path}`);
    throw new ReadingStopped(`${doing}: there is no number of rows at ${path} any more`);
  }
  if (paging.style !== 'page' || before === undefined) return;
  if (page.rowsOnPage > 0 && page.text === before.text)
    throw new ReadingStopped(
      `${doing}: it is the same as the page before`,
      'Check the name of the parameter for the page number.',
    );
  const was = before.total;
  if (
    was !== undefined &&
    page.total !== undefined &&
    was.where === page.total.where &&
    was.isOfAll &&
    was.rows !== page.total.rows
  )
    throw new ReadingStopped(
      `${doing}: ${was.where} was ${was.rows} on the page before and is ${page.total.rows}: rows have shifted between pages`,
      'Start again, or page by a cursor or by next links if the server can.',
    );
}

/** Checks, after the last page, that the server agrees that it was the last. @throws ReadingStopped */
export function checkEnd(page: Page, paging: Paging, pagesRead: number, doing: string): void {
  const { total, rowsSoFar } = page;
  if (total !== undefined && (total.declared ? rowsSoFar !== total.rows : rowsSoFar < total.rows))
    throw new ReadingStopped(
      `${doing}: it is the last one, ${rowsSoFar} rows came in all, but ${total.where} says ${total.rows}`,
      'Check the paging settings; if rows came and went meanwhile, start again.',
    );
  // Who says that one page is all, or where all rows are counted, knows better than a hint.
  if (paging.style === 'none' || total?.declared === true) return;
  const isEmptyEnd = paging.style === 'page' && page.rowsOnPage === 0;
  const hint = isEmptyEnd ? undefined : (partialHint(page) ?? moreHint(page.body, page.headers, pagesRead));
  if (hint !== undefined)
    throw new ReadingStopped(
      `${doing}: it seems to be the last one, but ${hint} says that there is more`,
      'Describe in the paging settings how the server cuts its list into pages.',
    );
}

/** @see https://www.rfc-editor.org/rfc/rfc9110#section-15.3.7 */
function partialHint(page: Page): string | undefined {
  return page.status === 206 && page.total === undefined ? 'the status 206 (partial content)' : undefined;
}
