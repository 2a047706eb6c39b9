import { storageOwners } from '../../../oci/storage-owners.ts';
import { cautiousQuirks, type RegistryProfile } from '../profile.ts';

/** @see ./README.md */
export const harbor: RegistryProfile = {
  id: 'harbor',
  summary: 'Harbor 2.x, by its own address or by that of the registry inside of it',
  known: {},
  quirks: cautiousQuirks,
  ownsStorage: storageOwners.harbor,
  recognises: ({ wayIn }) =>
    (wayIn.scheme === 'bearer' && wayIn.service === SERVICE) || (wayIn.scheme === 'basic' && REALMS.has(wayIn.realm)),
};

/** Harbor's token service knows it by this name, whatever its address. */
const SERVICE = 'harbor-registry';
/** For those who come with a password; and what its installers set up the registry inside of it with. */
const REALMS: ReadonlySet<string> = new Set(['harbor', 'harbor-registry-basic-realm']);
