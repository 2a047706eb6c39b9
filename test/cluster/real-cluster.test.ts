import { clusterSuite } from './cluster.suite.ts';

/*
 * Against a real cluster: KUBECONFIG=… npm run test:cluster. It has to be allowed to make a namespace, roles and bindings (an admin is), and
 * needs the API alone: no node, no controller. Everything that it makes has a name with winnow-test- and is gone afterwards.
 */
clusterSuite('a real cluster', async () => {
  const { KUBECONFIG: kubeconfig = '' } = process.env;
  if (kubeconfig === '') throw new Error('KUBECONFIG names no file: say which cluster may be used for tests');
  return kubeconfig;
});
