import { type KubeApiServer, startKubeApiServer } from '../../../../test/support/kube-api-server/kube-api-server.ts';
import { describeCluster } from '../contract.suite.ts';
import type { KubeObject } from '../contract.ts';
import { openKubernetesCluster } from './index.ts';

/** Of an OpenShift without images, but with builds. */
async function serverWith(objects: readonly KubeObject[], aggregatedDiscovery: boolean): Promise<KubeApiServer> {
  const server = await startKubeApiServer({ openshift: true, aggregatedDiscovery });
  server.withdraw('image.openshift.io');
  server.serve({ group: 'argoproj.io', version: 'v1alpha1', kind: 'Rollout', resource: 'rollouts', namespaced: true });
  server.serve({ group: 'example.com', version: 'v1', kind: 'Robot', resource: 'robots', namespaced: true });
  for (const object of objects) server.put(object);
  return server;
}

const open = ({ kubeconfig }: KubeApiServer, settings: { readonly mayHold?: readonly string[] }) =>
  openKubernetesCluster(
    { kind: 'kubernetes', name: 'prod', kubeconfig, ...settings },
    { attempts: 2, firstPauseMs: 1 },
  );

for (const [how, isAggregated] of [
  ['', true],
  [', an old one', false],
] as const)
  describeCluster(`kubernetes${how}`, {
    open: async (objects, settings) => open(await serverWith(objects, isAggregated), settings),
    openBroken: async (objects, settings) => {
      const server = await serverWith(objects, isAggregated);
      server.faults.push({ on: /\/deployments\?/, cutAfterBytes: 300 });
      return open(server, settings);
    },
  });
