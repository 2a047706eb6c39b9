import type { Word } from '../plan/word.ts';

export type Break = Word;
