import { messageOf } from '../pure/coded-error.ts';
import { foreignText, KubeError } from './kube-error.ts';
import type { LoginSettings } from './kube-login.ts';

/**
 * The namespace that kubectl would take: the context's, or inside of a cluster the pod's own.
 *
 * @returns undefined where nothing tells
 * @throws KubeError `settings` where the kubeconfig is none
 */
export async function ownNamespace({ kubeconfig, context }: LoginSettings): Promise<string | undefined> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  try {
    if (kubeconfig === undefined) config.loadFromDefault();
    else config.loadFromFile(kubeconfig);
  } catch (error) {
    throw new KubeError('settings', `reading the kubeconfig: ${foreignText(messageOf(error))}`);
  }
  const namespace = config.getContextObject(context ?? config.getCurrentContext())?.namespace;
  return namespace === undefined || namespace === '' ? undefined : namespace;
}
