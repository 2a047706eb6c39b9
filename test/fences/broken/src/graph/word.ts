export type Word = 'graph';
