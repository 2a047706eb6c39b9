/** Why a run on a registry's storage is refused before anything is done. `docs/errors.md` is made from this table. */
export const hardPruneErrors = {
  HARD_PRUNE_NO_REPLICAS: {
    meaning:
      'The registry may remember in its cache where blobs are, and no server of it was named that could be told to forget them.',
    hint: 'name every server over this storage with --registry URL, or declare --cache none if it has no cache, or use read-only mode',
  },
  HARD_PRUNE_DELETE_DISABLED: {
    meaning: 'A server of the registry does not delete: it is switched off there, or the server is in read-only mode.',
    hint: 'start it with REGISTRY_STORAGE_DELETE_ENABLED=true; or use read-only mode, which needs no deletion',
  },
  HARD_PRUNE_NOT_READ_ONLY: {
    meaning: 'Read-only mode was asked for, and a server of the registry still accepts writes.',
    hint: 'switch it on at every server (REGISTRY_STORAGE_MAINTENANCE_READONLY={"enabled":true}), and run again',
  },
  HARD_PRUNE_OTHER_STORE: {
    meaning: 'A server that was named does not know what lies on the storage: it serves another one.',
    hint: 'name the servers over this storage with --registry, and no other',
  },
  HARD_PRUNE_STILL_PROMISED: {
    meaning:
      'A server goes on promising blobs whose links are gone, or could not be asked. Nothing is hidden of them before that is over.',
    hint: 'run again: the next run goes on with these blobs',
  },
  HARD_PRUNE_MARK_DAMAGED: {
    meaning: 'The file of a mark was cut short or changed, or is none.',
    hint: 'make it anew with `winnow hard-prune --mark-out FILE`',
  },
  HARD_PRUNE_MARK_OTHER_STORE: {
    meaning: 'The mark is that of another storage.',
    hint: 'name the storage that the mark was made of with --store',
  },
  HARD_PRUNE_MARK_OLD: {
    meaning: 'The mark is too old, or a step was due that needs one that began after the step before it.',
    hint: 'make a new mark with `winnow hard-prune --mark-out FILE`',
  },
  HARD_PRUNE_PLAN_UNFIT: {
    meaning: 'The plan asks for something that is not done to a storage.',
    hint: 'make the plan with `winnow hard-prune`',
  },
} as const;

export type HardPruneErrorCode = keyof typeof hardPruneErrors;
