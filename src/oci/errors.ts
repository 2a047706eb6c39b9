/** Every code that reading the words of the OCI specifications can fail with. `docs/errors.md` is made from this table. */
export const ociErrors = {
  REFERENCE_INVALID: {
    meaning: 'What was given as the name of an image, a tag or a repository is not one, or is of another registry.',
    hint: 'write host/repository:tag or host/repository@sha256:…',
  },
} as const;

export type OciErrorCode = keyof typeof ociErrors;
