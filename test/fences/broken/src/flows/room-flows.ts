import type { Word } from '../config/word.ts';

export type Break = Word;
