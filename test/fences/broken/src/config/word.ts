export type Word = 'config';
