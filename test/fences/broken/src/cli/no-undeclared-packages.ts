import semver from 'semver';

export const tool: unknown = semver;
