import { historyContract } from '../contract.suite.ts';
import { memoryHistory } from './memory-history.ts';

historyContract('the memory', async () => memoryHistory());
