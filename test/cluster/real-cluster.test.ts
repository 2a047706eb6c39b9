import { clusterSuite } from './cluster.suite.ts';
import { ownKubeconfig } from './own-cluster.ts';

/*
 * Against a real cluster: KUBECONFIG=… npm run test:cluster. It has to be allowed to make namespaces, roles and bindings (an admin is), and
 * needs the API alone: no node, no controller. Everything that it makes has a name with winnow-test- and is gone afterwards. What takes
 * nodes, or a cluster of one's own, is in the other files, and waits for WINNOW_TEST_IMAGE: scripts/real-cluster/cluster.sh says both.
 */
clusterSuite('a real cluster', async () => ownKubeconfig());
