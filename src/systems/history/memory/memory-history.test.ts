import { historyContract } from '../contract.suite.ts';
import { toldContract } from '../told.suite.ts';
import { memoryHistory } from './memory-history.ts';

historyContract('memory', async () => memoryHistory());
toldContract('memory', async () => memoryHistory('told'));
