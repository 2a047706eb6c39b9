/** Every code that switching read-only mode can fail with. `docs/errors.md` is made from this table. */
export const readOnlyErrors = {
  READ_ONLY_SETTINGS_INVALID: {
    meaning:
      'What is to switch the registry to read-only mode is named in a way that makes no sense, or does not fit what is there.',
    hint: 'write deployment:NAMESPACE/NAME, deployment:NAMESPACE/NAME/CONTAINER, openshift, or manual',
  },
  READ_ONLY_CLUSTER_FAILED: {
    meaning: 'The cluster’s API server could not be reached, or refused.',
    hint: 'see the message for what was asked; patching deployments (or configs.imageregistry) must be allowed',
  },
  READ_ONLY_ROLL_OUT_FAILED: {
    meaning: 'The servers of the registry were not all restarted in time.',
    hint: 'see with `kubectl rollout status` what they are waiting for; then run again',
  },
  READ_ONLY_NOT_PUT_BACK: {
    meaning: 'The registry was switched to read-only mode, and could not be switched back: pushes fail until it is.',
    hint: 'run `winnow hard-prune --restore-read-write` once the cause is gone',
  },
  READ_ONLY_NOTE_FAILED: {
    meaning: 'It could not be written down, or read, that the registry was switched to read-only mode.',
    hint: 'see the message for the file; if the registry is read-write again, remove it',
  },
} as const;

export type ReadOnlyErrorCode = keyof typeof readOnlyErrors;
