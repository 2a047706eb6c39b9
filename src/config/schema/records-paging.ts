import * as z from 'zod';
import { oneOf } from './containers.ts';
import { count, text } from './leaves.ts';

const parameter = text('page').describe('Query parameter.');
const field = (what: string) => text('meta.next').describe(`Path to ${what}, until it is null, empty or absent.`);

/** How an HTTP server cuts its list into pages. */
export const httpPaging = oneOf(
  'style',
  ['auto', 'none', 'link', 'next', 'page', 'cursor'],
  [
    z.strictObject({
      style: z.literal('auto').describe('By the `Link` header, else by a link in the body, else one page.'),
    }),
    z.strictObject({ style: z.literal('none').describe('One answer is all.') }),
    z.strictObject({ style: z.literal('link').describe('By the `Link` header.') }),
    z.strictObject({
      style: z.literal('next').describe('The body holds the address of the next page.'),
      field: field('that address'),
    }),
    z.strictObject({
      style: z.literal('page').describe('Pages are numbered. Safe only where the order of rows is stable.'),
      parameter: parameter.exactOptional().describe('Query parameter. Default `page`.'),
      first: count(1).exactOptional().describe('Number of the first page. Default `1`.'),
      sizeParameter: text('per_page').exactOptional().describe('Query parameter for the rows of a page.'),
      size: count(100, 1).exactOptional().describe('Rows of a page.'),
    }),
    z.strictObject({
      style: z.literal('cursor').describe('The body holds a token for the next request.'),
      parameter,
      field: field('the token'),
    }),
  ],
);
