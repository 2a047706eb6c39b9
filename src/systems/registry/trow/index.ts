import { storageOwners } from '../../../oci/storage-owners.ts';
import { cautiousQuirks, type RegistryProfile } from '../profile.ts';

/** @see ./README.md */
export const trow: RegistryProfile = {
  id: 'trow',
  summary: 'Trow 0.7 and newer, which keeps manifests and tags in a database',
  known: {
    catalog: true,
    linkPagination: false,
    writable: true,
    deleteByDigest: true,
    deleteByTag: true,
    referrersApi: true,
  },
  quirks: { ...cautiousQuirks, pageSize: undefined, untagsOneTagOnly: true },
  ownsStorage: storageOwners.trow,
  recognises: ({ home, referrersApi }) => home.includes('Welcome to Trow') && referrersApi,
};
