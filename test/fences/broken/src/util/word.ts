export type Word = 'util';
