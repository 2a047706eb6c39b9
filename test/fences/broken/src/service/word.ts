export type Word = 'service';
