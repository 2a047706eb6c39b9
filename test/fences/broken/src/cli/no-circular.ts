import { there } from './other-half.ts';

export const here: unknown = () => there;
