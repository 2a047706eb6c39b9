import { zot } from './zot/zot.ts';

export const registries = [zot];
