export type Word = 'apply';
