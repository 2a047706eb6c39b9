import { stateContract } from '../contract.suite.ts';
import { memoryState } from './memory-state.ts';

stateContract('memory', async () => memoryState());
