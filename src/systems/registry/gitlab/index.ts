import { storageOwners } from '../../../oci/storage-owners.ts';
import { cautiousQuirks, type RegistryProfile } from '../profile.ts';

/** @see ./README.md */
export const gitlab: RegistryProfile = {
  id: 'gitlab',
  summary: 'the registry of GitLab, where its metadata database is in use',
  known: {},
  quirks: { ...cautiousQuirks, untagsOneTagOnly: true },
  ownsStorage: storageOwners.gitlab,
  recognises: ({ api }) => api['gitlab-container-registry-database-enabled'] === 'true',
};
