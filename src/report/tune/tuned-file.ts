/** A settings file of a node, as `tune` found it, and what became of it. */
export interface TunedFileToShow {
  readonly part: string;
  readonly path: string;
  readonly state: 'as-wanted' | 'to-change' | 'refused';
  readonly settings: readonly { readonly name: string; readonly now?: string; readonly wanted: string }[];
  readonly why?: string;
  readonly byHand: readonly string[];
  readonly notes: readonly string[];
  readonly restart: string;
  readonly written: boolean;
  /** Where the text that was there is kept. */
  readonly copy?: string;
  readonly failure?: { readonly code: string; readonly message: string; readonly hint?: string };
}

/** What is said of a file in one word. */
export function tuningStatus({ state, written, failure }: TunedFileToShow): string {
  if (failure !== undefined) return 'failed';
  if (state === 'to-change') return written ? 'written' : 'to change';
  return state === 'refused' ? 'refused' : 'as wanted';
}
