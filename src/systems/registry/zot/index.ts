import { storageOwners } from '../../../oci/storage-owners.ts';
import { cautiousQuirks, type RegistryProfile } from '../profile.ts';

/** @see ./README.md */
export const zot: RegistryProfile = {
  id: 'zot',
  summary: 'zot 2.x',
  known: { linkPagination: true, deleteByTag: true, referrersApi: true },
  quirks: { ...cautiousQuirks, untagsOneTagOnly: true },
  ownsStorage: storageOwners.zot,
  recognises: ({ api, options }) => [api, options.headers].some(isZots),
};

/** It names the header by which its own web page introduces itself. */
function isZots(headers: Readonly<Record<string, string>>): boolean {
  return (headers['access-control-allow-headers'] ?? '').toLowerCase().includes('x-zot-api-client');
}
