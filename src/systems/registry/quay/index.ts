import { storageOwners } from '../../../oci/storage-owners.ts';
import { readUrl } from '../../../util/pure/read-url.ts';
import { cautiousQuirks, type RegistryProfile } from '../profile.ts';

/** @see ./README.md */
export const quay: RegistryProfile = {
  id: 'quay',
  summary: 'Quay 3.x, and quay.io',
  known: {},
  quirks: cautiousQuirks,
  ownsStorage: storageOwners.quay,
  recognises({ wayIn }) {
    if (wayIn.scheme !== 'bearer') return false;
    const realm = readUrl(wayIn.realm);
    return realm?.pathname === '/v2/auth' && wayIn.service?.replace(/:\d+$/, '') === realm.hostname;
  },
};
