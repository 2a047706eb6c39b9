import { documentHead } from '../document.ts';
import { isDocumentFormat, type OutputFormat } from '../output-format.ts';
import { renderDocument } from '../render-document.ts';

/** What a mark came to. */
export interface MarkToShow {
  readonly store: string;
  readonly file: string;
  readonly blobs: number;
  readonly unneeded: number;
  /** Until when it is taken, UTC milliseconds. */
  readonly expiresAtMs: number;
  /** Sentences on limits that it broke. */
  readonly broken: readonly string[];
}

/** @returns lines, without line feeds. */
export function renderMark(mark: MarkToShow, format: OutputFormat): Iterable<string> {
  const { store, file, blobs, unneeded, expiresAtMs, broken } = mark;
  const expires = new Date(expiresAtMs).toISOString();
  if (isDocumentFormat(format)) {
    const fields = Object.entries({ store, file, blobs, unneeded, expires, broken });
    return renderDocument([...documentHead('StoreMark'), ...fields], format);
  }
  return [
    `Marked ${blobs} blobs of ${store}: nothing needs ${unneeded} of them`,
    ...broken.map((why) => `A limit is broken, so nothing is deleted by it: ${why}`),
    `Written to ${file}, to be taken until ${expires}`,
    `Sweep it in parts: winnow hard-prune --store ${store} --mark ${file} --shard 1/8, 2/8 and so on`,
  ];
}
