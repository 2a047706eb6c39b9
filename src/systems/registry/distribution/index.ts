import { cautiousQuirks, type RegistryProfile } from '../profile.ts';

/** @see ./README.md */
export const distribution: RegistryProfile = {
  id: 'distribution',
  summary: 'CNCF Distribution (the `registry` image) 2.x and 3.x, and what is built on it (OpenShift, GitLab)',
  known: {},
  quirks: { ...cautiousQuirks, untagsOneTagOnly: true },
  recognises: ({ api, options }) =>
    api['docker-distribution-api-version'] === 'registry/2.0' &&
    options.status === 200 &&
    ALLOWED.has(options.headers['allow'] ?? ''),
};

/** Its router answers OPTIONS itself, and sorts the methods: writable, and in read-only mode. */
const ALLOWED: ReadonlySet<string> = new Set(['DELETE, GET, HEAD, PUT', 'GET, HEAD']);
