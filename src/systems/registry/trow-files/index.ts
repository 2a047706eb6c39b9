import { cautiousQuirks, type RegistryProfile } from '../profile.ts';

/** @see ./README.md */
export const trowFiles: RegistryProfile = {
  id: 'trow-files',
  summary: 'Trow up to 0.6, which keeps everything in files',
  known: {
    catalog: true,
    linkPagination: false,
    writable: true,
    deleteByDigest: true,
    deleteByTag: false,
    referrersApi: false,
  },
  quirks: { ...cautiousQuirks, pageSize: undefined, manifestHistory: true, mixesNestedRepositories: true },
  recognises: ({ home, referrersApi }) => home.includes('Welcome to Trow') && !referrersApi,
};
