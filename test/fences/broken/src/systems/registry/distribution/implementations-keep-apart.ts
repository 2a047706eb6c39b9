import { zot } from '../zot/zot.ts';

export const other = zot;
