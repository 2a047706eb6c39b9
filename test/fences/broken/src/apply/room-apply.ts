import type { Word } from '../report/word.ts';

export type Break = Word;
