import { snapshotPlaceContract } from '../contract.suite.ts';
import { memoryPlace } from './index.ts';

snapshotPlaceContract('memory', async () => memoryPlace());
