import type { PruneImagesInput, prunerLogLevels } from './schema/prune-images.ts';
import type { PruneImagesSettings } from './settings.ts';

/** What was written by the words of `oc`, or of an ImagePruner, with units in the names. */
export function toPruneImages(input: PruneImagesInput): PruneImagesSettings {
  const { keepYoungerThan, keepYoungerThanDuration, minAge: minAgeMs, ...rest } = input;
  const { ignoreInvalidImageReferences: ignored, logLevel, certificateAuthority: caFile, ...same } = rest;
  return {
    ...same,
    keepYoungerThanMs: keepYoungerThanDuration ?? keepYoungerThan,
    minAgeMs,
    ...(caFile === undefined ? {} : { caFile }),
    ...(ignored === undefined ? {} : { badReferences: badReferencesOf(ignored) }),
    ...(logLevel === undefined ? {} : { logLevel: logLevels[logLevel] }),
  };
}

/** `ignoreInvalidImageReferences`: whoever did not want to be stopped did not ask to lose what he uses. */
export function badReferencesOf(ignored: boolean): 'protect' | 'abort' {
  return ignored ? 'protect' : 'abort';
}

/** By the words of OpenShift's operators. */
export const logLevels = {
  Normal: 'info',
  Debug: 'debug',
  Trace: 'debug',
  TraceAll: 'debug',
} as const satisfies Readonly<Record<(typeof prunerLogLevels)[number], string>>;
