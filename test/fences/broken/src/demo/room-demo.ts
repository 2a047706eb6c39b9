import type { Word } from '../graph/word.ts';

export type Break = Word;
