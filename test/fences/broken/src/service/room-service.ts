import type { Word } from '../cli/word.ts';

export type Break = Word;
