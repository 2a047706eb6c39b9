import { leaseContract } from '../contract.suite.ts';
import { memoryLeases } from './memory-leases.ts';

leaseContract('memory', async () => {
  const leases = memoryLeases();
  return { ttlMs: 20, keeper: () => leases, breakLease: async (scope) => leases.breakLease(scope) };
});
