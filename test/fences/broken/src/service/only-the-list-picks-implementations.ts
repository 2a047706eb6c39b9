import { zot } from '../systems/registry/zot/zot.ts';

export const picked = zot;
