export type Word = 'report';
