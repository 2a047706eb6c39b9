/**
 * Colours, handed in: whether there are any (a terminal, NO_COLOR, `--no-color`) is the caller's to know. `picocolors` fits.
 * A colour never says anything that a word beside it does not.
 */
export interface Paint {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
}

const plain = (text: string): string => text;

/** No colours at all: for files, pipes and tests. */
export const noPaint: Paint = { bold: plain, dim: plain, red: plain, green: plain, yellow: plain };
