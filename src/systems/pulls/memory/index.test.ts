import { pullLogContract } from '../contract.suite.ts';
import { memoryPulls } from './index.ts';

pullLogContract('memory', (envelopes, ignored) => memoryPulls({ envelopes, ...ignored }));
