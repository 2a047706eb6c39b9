import type { Word } from '../service/word.ts';

export type Break = Word;
