import * as z from 'zod';
import { complaint, expected } from './complaint.ts';

/** A map with these keys and no others. */
export function mapWith<Keys extends z.core.$ZodLooseShape>(
  keys: Keys,
  like = 'write its settings below it, each on a line of its own',
) {
  return z.strictObject(keys, { error: expected('a map', like) });
}

/** A key of settings with more keys below it. An empty one (`limits:` with all its lines commented out) is as if it were not there. */
export function section<Keys extends z.core.$ZodLooseShape>(keys: Keys) {
  return z.preprocess((value) => (value === null ? {} : value), mapWith(keys));
}

/** A list. An empty key is an empty list. */
export function listOf<Item extends z.ZodType>(item: Item, like: string, min = 0) {
  const array = z
    .array(item, { error: expected('a list', `write it as a list: ${like}`) })
    .min(min, { error: complaint('it is an empty list', `write at least one entry: ${like}`) });
  return z.preprocess((value) => (value === null ? [] : value), array);
}

/** Maps that are told apart by the word at one of their keys. */
export function oneOf<Options extends readonly [z.core.$ZodTypeDiscriminable, ...z.core.$ZodTypeDiscriminable[]]>(
  key: string,
  words: readonly string[],
  options: Options,
) {
  const list = words.join(', ');
  return z.discriminatedUnion(key, options, {
    error: (issue) =>
      issue.code === 'invalid_union'
        ? complaint(`it is none of ${list}`, `write one of ${list}`)
        : expected('a map', `write ${key}: ${words[0]} and its other settings below it`)(issue),
  });
}
