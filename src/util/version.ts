import packageJson from '../../package.json' with { type: 'json' };

/** Winnow's own version. */
export const version: string = packageJson.version;
