/** Every code that a descriptor cache can fail with. `docs/errors.md` is made from this table. */
export const descriptorCacheErrors = {
  CACHE_SETTINGS_INVALID: {
    meaning: 'The registry’s cache is declared in a way that makes no sense.',
    hint: 'write none, in-memory, or the address of its Redis: redis://HOST:PORT/DB (rediss:// with TLS)',
  },
  CACHE_UNREACHABLE: {
    meaning:
      'The Redis in which the registry remembers its blobs does not answer, or refuses: it would go on promising what was removed.',
    hint: 'check the address, the password, and that it is the one in the registry’s own settings',
  },
} as const;

export type DescriptorCacheErrorCode = keyof typeof descriptorCacheErrors;
