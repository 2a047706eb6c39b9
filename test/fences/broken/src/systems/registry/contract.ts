import { word } from './shared.ts';

export interface Registry {
  readonly name: typeof word;
}
