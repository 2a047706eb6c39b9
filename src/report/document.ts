import { jsonLines } from './json.ts';
import type { DocumentFormat } from './output-format.ts';
import { yamlLines } from './yaml.ts';

/**
 * A document for programs: fields in order. A value is what JSON can hold; `undefined` leaves the field out; anything that can be
 * iterated is a list, and is asked for its items only as they are written, so that a million of them stream.
 */
export type Document = readonly (readonly [name: string, value: unknown])[];

/** What every document begins with. */
export function documentHead(kind: string): Document {
  return [
    ['apiVersion', 'winnow/v1'],
    ['kind', kind],
  ];
}

/** @returns lines, without line feeds. */
export function renderDocument(document: Document, format: DocumentFormat): Iterable<string> {
  return format === 'json' ? jsonLines(document) : yamlLines(document);
}
