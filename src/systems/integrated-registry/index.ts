import type { IntegratedRegistry } from './contract.ts';
import { type LoginPlace, readLogin } from './openshift/login.ts';
import { openshiftRegistry } from './openshift/openshift.ts';
import type { IntegratedRegistrySettings, RegistryLogin } from './settings.ts';

export { mayBeInsecure } from './insecure-permission.ts';
export { parseRegistryAddress, type RegistryAddress } from './registry-address.ts';
export type { IntegratedRegistrySettings, LoginPlace, RegistryLogin };

/** OpenShift's is the only one there is. */
export async function openIntegratedRegistry(
  settings: IntegratedRegistrySettings,
  signal: AbortSignal,
): Promise<IntegratedRegistry> {
  return await openshiftRegistry(settings, signal);
}

/** How the user of a kubeconfig is known to the registry. @throws INTEGRATED_REGISTRY_NO_TOKEN */
export async function registryLogin(place: LoginPlace): Promise<RegistryLogin> {
  return await readLogin(place);
}
