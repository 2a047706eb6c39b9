import { documentHead } from '../document.ts';
import { isDocumentFormat, type OutputFormat } from '../output-format.ts';
import { renderDocument } from '../render-document.ts';

/** What putting a registry back to read-write came to. */
export interface ReadWriteToShow {
  readonly store: string;
  /** What was to be switched: `deployment registry/docker-registry`. */
  readonly switchName: string;
  readonly result: 'restored' | 'nothing-to-do';
}

/** @returns lines, without line feeds. */
export function renderReadWrite(
  { store, switchName, result }: ReadWriteToShow,
  format: OutputFormat,
): Iterable<string> {
  if (isDocumentFormat(format)) {
    const fields = [['store', store] as const, ['switch', switchName] as const, ['result', result] as const];
    return renderDocument([...documentHead('ReadWrite'), ...fields], format);
  }
  return [
    result === 'restored'
      ? `Put ${switchName} back to how it was before a run switched it to read-only mode`
      : `Nothing to do: no run on ${store} has left a registry in read-only mode`,
  ];
}
