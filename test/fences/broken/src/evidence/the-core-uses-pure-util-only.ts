import type { Word } from '../util/word.ts';

export type Break = Word;
