import { type KubeApi, type KubeSettings, openKubeApi } from '../../util/kubernetes/kube-api.ts';
import { KubeError } from '../../util/kubernetes/kube-error.ts';
import { readOnlyFailure } from './failure.ts';

/** What switches ask of a cluster. @throws READ_ONLY_CLUSTER_FAILED from each */
export type SwitchApi = Pick<KubeApi, 'get' | 'patch' | 'close'>;

/** @throws READ_ONLY_SETTINGS_INVALID where the kubeconfig is none, or names no such context */
export async function openSwitchApi(settings: KubeSettings): Promise<SwitchApi> {
  const api = await coded(() => openKubeApi(settings));
  return {
    get: (path, signal) => coded(() => api.get(path, signal)),
    patch: (path, form, body, signal) => coded(() => api.patch(path, form, body, signal)),
    close: () => api.close(),
  };
}

async function coded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof KubeError)) throw error;
    const code = error.failure === 'settings' ? 'READ_ONLY_SETTINGS_INVALID' : 'READ_ONLY_CLUSTER_FAILED';
    throw readOnlyFailure(code, error.message, error);
  }
}
