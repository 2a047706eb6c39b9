import { clusterSuite } from '../cluster/cluster.suite.ts';
import { startKubeApiServer } from '../support/kube-api-server/kube-api-server.ts';

clusterSuite('the API server of the tests', async () => (await startKubeApiServer()).kubeconfig);
