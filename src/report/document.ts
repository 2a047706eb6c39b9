/**
 * A document for programs: fields in order. A value is what JSON can hold, and `undefined` leaves the field out. A field's value may
 * also be anything that can be iterated: a list, which is asked for its items only as they are written, so that a million of them stream.
 */
export type Document = readonly (readonly [name: string, value: unknown])[];

/** What every document begins with. */
export function documentHead(kind: string): Document {
  return [
    ['apiVersion', 'winnow/v1'],
    ['kind', kind],
  ];
}

/** Whether a field's value is written as a list: anything that can be iterated, but a text. */
export function isList(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value;
}
