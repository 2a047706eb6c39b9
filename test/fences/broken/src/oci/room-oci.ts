import type { Word } from '../evidence/word.ts';

export type Break = Word;
