import { registries } from '../systems/registry/index.ts';

export const wired = registries;
