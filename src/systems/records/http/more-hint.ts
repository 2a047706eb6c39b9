import { firstField } from './body-field.ts';
import { nextLink } from './link-header.ts';

const flags = [
  'has_more',
  'hasMore',
  'more',
  'has_next',
  'hasNext',
  'hasNextPage',
  'has_next_page',
  'incomplete_results',
];
const pointers = [
  'next',
  'next.href',
  'nextLink',
  '@odata.nextLink',
  'next_url',
  'nextUrl',
  'next_page_url',
  'nextPageUrl',
  'next_page',
  'nextPage',
  'next_page_token',
  'nextPageToken',
  'next_cursor',
  'nextCursor',
  'continue',
  'continuation_token',
  'continuationToken',
];
const pageCounts = ['total_pages', 'totalPages', 'last_page', 'lastPage'];

/**
 * Where an answer says that there is more than was read, in one of the ways that servers usually say it. A list that is cut into pages
 * in a way that the settings don't know must not pass for a whole one.
 *
 * @param pagesRead - with this page
 * @returns the field or header, for messages
 */
export function moreHint(
  body: unknown,
  headers: Readonly<Record<string, string>>,
  pagesRead: number,
): string | undefined {
  if (nextLink(headers['link']) !== undefined) return 'the header Link';
  if ((headers['x-next-page'] ?? '') !== '') return 'the header X-Next-Page';
  const flag = firstField(body, flags, (value) => value === true);
  const pointer = firstField(
    body,
    pointers,
    (value) => (typeof value === 'string' && value !== '') || (typeof value === 'number' && value > 0),
  );
  const pages = firstField(body, pageCounts, (value) => typeof value === 'number' && value > pagesRead);
  const found = flag ?? pointer ?? pages;
  return found === undefined ? undefined : `the field ${found.name}`;
}
