import { fixture } from './example.suite.ts';

export const used = fixture;
