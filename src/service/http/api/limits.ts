import * as z from 'zod';

/** Sizes of pages. */
export const limit = (usual: number, most = 500) =>
  z.coerce.number().int().min(1).max(most).default(usual).describe(`How many; ${most} at most`);

/** A place in a list, as `next` of the page before told it. */
export const place = (words: string) =>
  z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).exactOptional().describe(words);

export const shortText = (words: string) => z.string().min(1).max(300).exactOptional().describe(words);
