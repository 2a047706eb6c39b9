/** Codes that an action on OpenShift's images can fail with, besides those of its API and its registry. `docs/errors.md` is made from this table. */
export const imagesErrors = {
  IMAGES_STREAM_BUSY: {
    meaning:
      'An image stream was changed by somebody else each time that its status was to be written, so it was left alone.',
    hint: 'run again when nobody pushes to it; all that hangs on it has stayed',
  },
} as const;

export type ImagesErrorCode = keyof typeof imagesErrors;
