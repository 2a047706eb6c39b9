export type Word = 'plan';
