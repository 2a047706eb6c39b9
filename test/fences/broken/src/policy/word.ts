export type Word = 'policy';
