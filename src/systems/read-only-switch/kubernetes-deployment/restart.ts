import type { RegistryRestart } from '../contract.ts';
import type { RollOutTiming } from '../roll-out.ts';
import type { SwitchApi } from '../switch-api.ts';
import { awaitDeployment, type DeploymentPlace, deploymentPath } from './kubernetes-deployment.ts';

/** What `kubectl rollout restart` writes: a change of the template alone replaces all pods, and nothing of them is changed. */
const ANNOTATION = 'kubectl.kubernetes.io/restartedAt';

/** Restarts a registry that runs as a Deployment, as `kubectl rollout restart` does. */
export function deploymentRestart(api: SwitchApi, place: DeploymentPlace, timing: RollOutTiming): RegistryRestart {
  return {
    name: `deployment ${place.namespace}/${place.name}`,
    restart: async (nowMs, signal) => {
      const annotations = { [ANNOTATION]: new Date(nowMs).toISOString() };
      const spec = { template: { metadata: { annotations } } };
      await api.patch(deploymentPath(place), 'strategic-merge', { spec }, signal);
      await awaitDeployment(api, place, timing, signal);
    },
    close: () => api.close(),
  };
}
