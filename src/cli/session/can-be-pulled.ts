import type { RegistryChoice } from '../../config/settings.ts';
import type { CanBePulled } from '../../flows/repullable.ts';
import { parseReference } from '../../oci/reference.ts';
import type { RegistryReader } from '../../systems/registry/contract.ts';
import { openRegistry, type RegistrySettings } from '../../systems/registry/index.ts';
import { messageOf } from '../../util/pure/coded-error.ts';
import { accessTo } from './snapshot-access.ts';

/** The registries that names of images lead to, each opened when it is first asked for. */
export interface Registries {
  readonly canBePulled: CanBePulled;
  close(): Promise<void>;
}

/** As `openRegistry` does it; others in tests. */
type Open = (settings: RegistrySettings, signal: AbortSignal) => Promise<Pick<RegistryReader, 'resolve' | 'close'>>;

/**
 * Asks the registry that a name leads to whether it has that digest (HEAD). Whatever goes wrong is an answer, too: it is not seen to
 * have it. A registry that did not open is not tried again for its next image.
 */
export function registriesOf(registry: RegistryChoice, env: NodeJS.ProcessEnv, open: Open = openRegistry): Registries {
  const opened = new Map<string, ReturnType<Open>>();
  const at = (host: string, signal: AbortSignal) => {
    const known = opened.get(host);
    if (known !== undefined) return known;
    const opening = open({ ...accessOf(host, registry), env }, signal);
    opened.set(host, opening);
    return opening;
  };
  return {
    canBePulled: async (name, signal) => {
      try {
        const { host, repository, digest } = placeOf(name);
        const found = await (await at(host, signal)).resolve(repository, digest, signal);
        return found === undefined
          ? { has: false, why: `${host} does not have it any more` }
          : { has: true, why: `${host} has it` };
      } catch (error) {
        signal.throwIfAborted();
        return { has: false, why: messageOf(error) };
      }
    },
    async close() {
      for (const one of await Promise.allSettled(opened.values()))
        if (one.status === 'fulfilled') await one.value.close();
    },
  };
}

/** Where docker.io serves its images. */
const HUB = 'registry-1.docker.io';

/** @throws REFERENCE_INVALID */
function placeOf(name: string) {
  const { host = 'docker.io', repository, digest = '' } = parseReference(name);
  if (host !== 'docker.io' && host !== 'index.docker.io') return { host, repository, digest };
  return { host: HUB, repository: repository.includes('/') ? repository : `library/${repository}`, digest };
}

/** Images come from many registries: user and password are for the one that the settings name, and for no other. */
function accessOf(host: string, registry: RegistryChoice): RegistrySettings {
  return accessTo(host, { ...registry, url: registry.url ?? 'https://no-registry-is-named.invalid' });
}
