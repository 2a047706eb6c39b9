export { fileNodeConfig, type NodeConfigPlaces } from './files/file-node-config.ts';
export { type GivenTuning, tuningOf } from './tuning-of.ts';
