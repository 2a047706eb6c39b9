import { registries } from '../index.ts';

export const others = registries;
