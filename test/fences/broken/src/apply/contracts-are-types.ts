import * as contract from '../systems/registry/contract.ts';

export const value: unknown = contract;
