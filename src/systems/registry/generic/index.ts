import { cautiousQuirks, type RegistryProfile } from '../profile.ts';

/** @see ./README.md */
export const generic: RegistryProfile = {
  id: 'generic',
  summary: 'any other registry that follows the OCI distribution specification 1.1',
  known: { product: 'unknown' },
  quirks: cautiousQuirks,
  recognises: () => true,
};
