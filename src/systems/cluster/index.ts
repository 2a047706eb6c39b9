export type { ImageExtractor } from './contract.ts';
export type { ClusterKind, ClusterSettings } from './settings.ts';
