import type { KubeSettings } from '../../util/kubernetes/kube-api.ts';
import type { ReadOnlySwitch, RegistryRestart } from './contract.ts';
import { readOnlyFailure } from './failure.ts';
import type { DeployedSetUp } from './kubernetes-deployment/set-up.ts';
import { manualSwitch } from './manual/manual.ts';
import { type RollOutTiming, rollOutTiming } from './roll-out.ts';

export type { DeployedSetUp } from './kubernetes-deployment/set-up.ts';
export { fileNote } from './note-file.ts';

/** How a switch is named, for settings and messages. */
export const readOnlySwitchForms = ['manual', 'deployment:NAMESPACE/NAME[/CONTAINER]', 'openshift'] as const;

const NAME = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;

export type SwitchPlace =
  | { readonly kind: 'manual' }
  | { readonly kind: 'openshift' }
  | { readonly kind: 'deployment'; readonly namespace: string; readonly name: string; readonly container?: string };

/** Reads how a switch is named; nothing is asked. @throws READ_ONLY_SETTINGS_INVALID */
export function parseReadOnlySwitch(named: string): SwitchPlace {
  if (named === 'manual' || named === 'openshift') return { kind: named };
  const [, places = ''] = /^deployment:(.*)$/.exec(named) ?? [];
  const [namespace = '', name = '', container, ...more] = places.split('/');
  const isDeployment = [namespace, name, container ?? 'any'].every((part) => NAME.test(part)) && more.length === 0;
  if (!isDeployment)
    throw readOnlyFailure(
      'READ_ONLY_SETTINGS_INVALID',
      `reading what switches to read-only mode: ${JSON.stringify(named.slice(0, 200))}`,
    );
  return { kind: 'deployment', namespace, name, ...(container === undefined ? {} : { container }) };
}

/** @throws READ_ONLY_SETTINGS_INVALID */
export async function openReadOnlySwitch(
  named: string,
  settings: KubeSettings,
  timing: RollOutTiming = rollOutTiming,
): Promise<ReadOnlySwitch> {
  const place = parseReadOnlySwitch(named);
  if (place.kind === 'manual') return manualSwitch();
  const { openSwitchApi } = await import('./switch-api.ts');
  const api = await openSwitchApi(settings);
  if (place.kind === 'openshift')
    return (await import('./openshift-config/openshift-config.ts')).openshiftSwitch(api, timing);
  const { deploymentSwitch } = await import('./kubernetes-deployment/kubernetes-deployment.ts');
  return deploymentSwitch(api, place, timing);
}

/**
 * How the registry is set up that is named so, as far as its Deployment tells.
 *
 * @param named - as {@link parseReadOnlySwitch} reads it
 * @returns undefined for `manual`: nothing names it
 * @throws READ_ONLY_SETTINGS_INVALID, READ_ONLY_CLUSTER_FAILED
 */
export async function readSetUp(
  named: string,
  settings: KubeSettings,
  signal: AbortSignal,
): Promise<DeployedSetUp | undefined> {
  const place = parseReadOnlySwitch(named);
  if (place.kind === 'manual') return undefined;
  const [{ openSwitchApi }, { deployedSetUp }] = await Promise.all([
    import('./switch-api.ts'),
    import('./kubernetes-deployment/set-up.ts'),
  ]);
  const api = await openSwitchApi(settings);
  try {
    return await deployedSetUp(api, place.kind === 'openshift' ? OPENSHIFT_REGISTRY : place, signal);
  } finally {
    await api.close();
  }
}

/** OpenShift's own registry. Its operator leaves such an annotation as it is. */
const OPENSHIFT_REGISTRY = { namespace: 'openshift-image-registry', name: 'image-registry' };

/**
 * @param named - as {@link parseReadOnlySwitch} reads it; which container it is does not matter
 * @returns undefined for `manual`: nobody restarts it
 * @throws READ_ONLY_SETTINGS_INVALID
 */
export async function openRegistryRestart(
  named: string,
  settings: KubeSettings,
  timing: RollOutTiming = rollOutTiming,
): Promise<RegistryRestart | undefined> {
  const place = parseReadOnlySwitch(named);
  if (place.kind === 'manual') return undefined;
  const [{ openSwitchApi }, { deploymentRestart }] = await Promise.all([
    import('./switch-api.ts'),
    import('./kubernetes-deployment/restart.ts'),
  ]);
  const api = await openSwitchApi(settings);
  return deploymentRestart(api, place.kind === 'openshift' ? OPENSHIFT_REGISTRY : place, timing);
}
