/** Every code that a store can fail with. `docs/errors.md` is made from this table. */
export const storeErrors = {
  STORE_NOT_FOUND: {
    meaning: 'There is nothing at the place that was named.',
    hint: 'Name the root directory of the registry’s storage: the folder that holds docker/registry/v2 (Distribution), or blobs and manifests (Trow).',
  },
  STORE_NOT_THIS_KIND: {
    meaning: 'What lies there is not the kind of storage that was named, or one that must not be changed from outside.',
    hint: 'See the message for what it is, and what to use instead.',
  },
  STORE_SETTINGS_INVALID: {
    meaning: 'The store’s address or a setting of it makes no sense.',
    hint: 'Write it as distribution-fs:DIR, trow-files:DIR or s3://BUCKET/PREFIX?endpoint=URL.',
  },
  STORE_WALK_FAILED: {
    meaning:
      'A part of the storage could not be listed or read, so that nothing is known for sure. Nothing was deleted.',
    hint: 'See the message for the path; check permissions and the disk, then run again.',
  },
  STORE_TOO_LARGE: {
    meaning: 'A manifest on the storage is larger than any manifest may be.',
    hint: 'Look at the file: it is no manifest that a registry wrote.',
  },
  STORE_NOT_WRITABLE: {
    meaning: 'Something on the storage could not be written, moved or removed.',
    hint: 'Check permissions, free space, and whether it is mounted read-only.',
  },
  STORE_QUARANTINE_ELSEWHERE: {
    meaning: 'The quarantine would lie on another file system than the blobs. Data is moved, never copied.',
    hint: 'Mount the whole root directory of the registry as one file system.',
  },
  STORE_LEDGER_DAMAGED: {
    meaning: 'Winnow’s own notes on the storage can not be read.',
    hint: 'Remove the file that the message names: waiting times begin anew, and nothing else is lost.',
  },
} as const;

export type StoreErrorCode = keyof typeof storeErrors;
