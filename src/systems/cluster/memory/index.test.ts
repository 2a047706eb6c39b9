import { describeCluster } from '../contract.suite.ts';
import { openMemoryCluster } from './index.ts';

describeCluster('memory', {
  open: async (objects, settings) => openMemoryCluster({ name: 'prod', objects, ...settings }),
  openBroken: async (objects, settings) =>
    openMemoryCluster({ name: 'prod', objects, fails: { afterObjects: 0, cause: 'the script says so' }, ...settings }),
});
