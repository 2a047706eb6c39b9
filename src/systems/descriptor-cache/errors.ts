/** Every code that a descriptor cache can fail with. `docs/errors.md` is made from this table. */
export const descriptorCacheErrors = {
  CACHE_SETTINGS_INVALID: {
    meaning: 'The registry’s cache is declared in a way that makes no sense.',
    hint: 'write none, in-memory, or the address of its Redis: redis://HOST:PORT/DB (rediss:// with TLS)',
  },
  CACHE_CONFIG_INVALID: {
    meaning: 'The configuration file that is said to be the registry’s could not be read, or is none.',
    hint: 'give --registry-config the file that the registry is started with, or leave it away',
  },
  CACHE_CONTRADICTED: {
    meaning:
      'The registry is said to have no cache, and its own settings name one: it would go on promising what was removed.',
    hint: 'leave --cache away, or name the cache that it has; none is right only once the registry was started without one',
  },
  CACHE_ADDRESS_UNKNOWN: {
    meaning: 'The registry remembers its blobs in a Redis, and nothing tells how to reach that.',
    hint: 'name it: --cache redis://:PASSWORD@HOST:PORT/DB, or WINNOW_STORE_CACHE',
  },
  CACHE_UNREACHABLE: {
    meaning:
      'The Redis in which the registry remembers its blobs does not answer, or refuses: it would go on promising what was removed.',
    hint: 'check the address, the password, and that it is the one in the registry’s own settings',
  },
} as const;

export type DescriptorCacheErrorCode = keyof typeof descriptorCacheErrors;
