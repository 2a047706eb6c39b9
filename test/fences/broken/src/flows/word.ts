export type Word = 'flows';
