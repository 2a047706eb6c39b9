import type { Document } from './document.ts';
import { jsonLines } from './json.ts';
import type { DocumentFormat } from './output-format.ts';
import { yamlLines } from './yaml.ts';

/** @returns lines, without line feeds. */
export function renderDocument(document: Document, format: DocumentFormat): Iterable<string> {
  return format === 'json' ? jsonLines(document) : yamlLines(document);
}
