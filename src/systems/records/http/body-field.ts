import { fieldOf } from '../field.ts';

/** Where servers put what they say about the whole list. The empty prefix is the body itself. */
const prefixes = [
  '',
  'meta.',
  'metadata.',
  'pagination.',
  'paging.',
  'page_info.',
  'pageInfo.',
  'links.',
  '_links.',
  'page.',
];

/** The first of these fields that is there with a value, in the body or in one of the usual objects beside the list. */
export function firstField(body: unknown, names: readonly string[], wanted: (value: unknown) => boolean) {
  for (const prefix of prefixes)
    for (const name of names) {
      const value = fieldOf(body, `${prefix}${name}`);
      if (wanted(value)) return { name: `${prefix}${name}`, value };
    }
  return undefined;
}
