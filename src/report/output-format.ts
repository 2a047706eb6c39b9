/**
 * How a result can be shown (`-o`). `table` is for eyes and may leave things out, `wide` shows all; `json` and `yaml` are the same
 * document, for programs; `markdown` is for a merge request or a chat.
 */
export const outputFormats = ['table', 'wide', 'json', 'yaml', 'markdown'] as const;

export type OutputFormat = (typeof outputFormats)[number];

/** The formats that programs read: they have no colour, no units and no abbreviations. */
export type DocumentFormat = Extract<OutputFormat, 'json' | 'yaml'>;

export function isDocumentFormat(format: OutputFormat): format is DocumentFormat {
  return format === 'json' || format === 'yaml';
}
