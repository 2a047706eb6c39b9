export type Word = 'cli';
