import type { Word } from '../flows/word.ts';

export type Break = Word;
