import { word } from '../registry/shared.ts';

export const other = word;
