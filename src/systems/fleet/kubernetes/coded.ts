import { KubeError } from '../../../util/kubernetes/kube-error.ts';
import { fleetFailure } from '../errors.ts';

/** Asks a cluster, and tells in our words what goes wrong. @param doing - `listing nodes` */
export async function coded<T>(doing: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof KubeError)) throw error;
    throw failureOf(doing, error);
  }
}

export function failureOf(doing: string, error: KubeError): Error {
  const isForbidden = error.status === 403 || error.status === 401;
  const code =
    error.failure === 'settings' ? 'FLEET_SETTINGS_INVALID' : isForbidden ? 'FLEET_FORBIDDEN' : 'FLEET_CLUSTER_FAILED';
  return fleetFailure(code, `${doing}: ${error.message}`, error);
}
