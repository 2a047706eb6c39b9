import type { StorageOwner } from '../../oci/storage-owners.ts';
import type { Capabilities, Registry } from './contract.ts';
import { distribution } from './distribution/index.ts';
import { generic } from './generic/index.ts';
import { gitlab } from './gitlab/index.ts';
import { harbor } from './harbor/index.ts';
import type { ClientSettings } from './http-client/client.ts';
import { RegistryError } from './http-client/registry-error.ts';
import type { TransportSettings } from './http-client/transport.ts';
import type { RegistryProfile } from './profile.ts';
import { quay } from './quay/index.ts';
import { trow } from './trow/index.ts';
import { trowFiles } from './trow-files/index.ts';
import { zot } from './zot/index.ts';

export { registrySource, type SurveyOptions } from './survey.ts';

/** All products that are known, asked in this order whether they recognise a server; the last one recognises every one. */
export const registryProfiles: readonly RegistryProfile[] = [
  ...[zot, trow, trowFiles, harbor, gitlab],
  ...[distribution, quay, generic],
];

/** Whose the storage below a server is, where nobody else may clear it. */
export function ownerOfStorage({ product }: Pick<Capabilities, 'product'>): StorageOwner | undefined {
  return registryProfiles.find(({ id }) => id === product)?.ownsStorage;
}

export interface RegistrySettings extends TransportSettings, ClientSettings {}

/**
 * Connects to a registry.
 *
 * @throws RegistryError where the settings are wrong, or nothing that is a registry answers
 */
export async function openRegistry(settings: RegistrySettings, signal: AbortSignal): Promise<Registry> {
  const { product } = settings;
  if (product !== undefined && !registryProfiles.some(({ id }) => id === product))
    throw new RegistryError('REGISTRY_SETTINGS_INVALID', `opening the registry: the product ${product} is not known`, {
      hint: `Leave it out, or name one of ${registryProfiles.map(({ id }) => id).join(', ')}.`,
    });
  // Loaded when a registry is opened: not every command needs one, and the HTTP client is large.
  const [{ createClient }, { openTransport }] = await Promise.all([
    import('./http-client/client.ts'),
    import('./http-client/transport.ts'),
  ]);
  return createClient(await openTransport(settings, signal), registryProfiles, settings);
}
