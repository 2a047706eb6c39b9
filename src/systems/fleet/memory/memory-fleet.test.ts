import { fleetContract } from '../contract.suite.ts';
import { memoryCluster } from './memory-fleet.ts';

fleetContract('memory', async (nodes, work) => {
  const cluster = memoryCluster(nodes, work);
  return {
    open: async () => cluster.open(),
    made: () => cluster.made.length,
    remove: ({ name }) => cluster.remove(name),
  };
});
