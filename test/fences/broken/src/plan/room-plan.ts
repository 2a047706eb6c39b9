import type { Word } from '../apply/word.ts';

export type Break = Word;
