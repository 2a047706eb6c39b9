import type { ReadOnlySwitch } from './contract.ts';
import { readOnlyFailure } from './failure.ts';
import type { KubeSettings } from './kube-api.ts';
import { manualSwitch } from './manual/manual.ts';
import { type RollOutTiming, rollOutTiming } from './roll-out.ts';

export { fileNote } from './note-file.ts';

/** How a switch is named, for settings and messages. */
export const readOnlySwitchForms = ['manual', 'deployment:NAMESPACE/NAME[/CONTAINER]', 'openshift'] as const;

const NAME = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;

/** @throws READ_ONLY_SETTINGS_INVALID */
export async function openReadOnlySwitch(
  named: string,
  settings: KubeSettings,
  timing: RollOutTiming = rollOutTiming,
): Promise<ReadOnlySwitch> {
  if (named === 'manual') return manualSwitch();
  const [, places = ''] = /^deployment:(.*)$/.exec(named) ?? [];
  const [namespace = '', name = '', container, ...more] = places.split('/');
  const isDeployment = [namespace, name, container ?? 'any'].every((part) => NAME.test(part)) && more.length === 0;
  if (named !== 'openshift' && !isDeployment)
    throw readOnlyFailure(
      'READ_ONLY_SETTINGS_INVALID',
      `reading what switches to read-only mode: ${JSON.stringify(named.slice(0, 200))}`,
    );
  const { openKubeApi } = await import('./kube-api.ts');
  const api = await openKubeApi(settings);
  if (named === 'openshift')
    return (await import('./openshift-config/openshift-config.ts')).openshiftSwitch(api, timing);
  const { deploymentSwitch } = await import('./kubernetes-deployment/kubernetes-deployment.ts');
  return deploymentSwitch(api, { namespace, name, ...(container === undefined ? {} : { container }) }, timing);
}
