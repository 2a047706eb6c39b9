import type { Word } from '../oci/word.ts';

export type Break = Word;
