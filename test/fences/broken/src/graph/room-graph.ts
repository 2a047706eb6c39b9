import type { Word } from '../policy/word.ts';

export type Break = Word;
