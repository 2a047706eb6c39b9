export type Word = 'evidence';
