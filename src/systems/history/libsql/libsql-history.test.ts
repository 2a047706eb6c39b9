import { join } from 'node:path';
import { makeTempFolder } from '../../../../test/support/temp-folder.ts';
import { historyContract } from '../contract.suite.ts';
import { libsqlHistory } from './libsql-history.ts';

historyContract('the embedded database', () => libsqlHistory(join(makeTempFolder('history'), 'not', 'yet', 'there')));
