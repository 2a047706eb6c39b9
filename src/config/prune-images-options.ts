import { mayBeInsecure, parseRegistryAddress } from '../systems/integrated-registry/index.ts';
import { CodedError } from '../util/pure/coded-error.ts';
import { parseDuration } from '../util/pure/duration.ts';
import { flagName } from './flags.ts';
import type { ImagePrunerFields } from './image-pruner.ts';
import { invalidSettings, type Problem } from './problem.ts';
import type { PruneImagesSettings, Settings } from './settings.ts';
import { badReferencesOf, logLevels } from './to-prune-images.ts';

/** The flags of `oc adm prune images` that are particular to it, as they were typed; undefined: not at all. */
export interface PruneImagesFlags {
  readonly all?: boolean | undefined;
  readonly keepTagRevisions?: string | undefined;
  readonly keepYoungerThan?: string | undefined;
  readonly pruneOverSizeLimit?: boolean | undefined;
  readonly pruneRegistry?: boolean | undefined;
  readonly keepBlobs?: boolean | undefined;
  readonly minAge?: string | undefined;
  readonly numWorkers?: string | undefined;
  readonly namespace?: string | undefined;
  readonly ignoreInvalidRefs?: boolean | undefined;
  readonly badReferences?: string | undefined;
  readonly registryUrl?: string | undefined;
  readonly certificateAuthority?: string | undefined;
  readonly forceInsecure?: boolean | undefined;
}

/** What `winnow prune images` is to do: flags over an ImagePruner over settings. */
export interface PruneImagesOptions extends Omit<PruneImagesSettings, 'badReferences'> {
  readonly badReferences: Settings['references']['bad'];
}

/**
 * Looks at the flags alone, in the order in which `oc` does. A flag that is typed with its own default means what it does where it is not
 * typed.
 *
 * @throws ConfigError CONFIG_INVALID with all that is wrong
 */
export function checkPruneImagesFlags(flags: PruneImagesFlags): void {
  const problems = [...combination(flags), ...numbers(flags), ...connection(flags)];
  if (problems.length > 0) throw invalidSettings(problems);
}

/** @param flags - checked by {@link checkPruneImagesFlags} */
export function pruneImagesOptions(
  flags: PruneImagesFlags,
  pruner: ImagePrunerFields | undefined,
  settings: Pick<Settings, 'pruneImages' | 'references'>,
): PruneImagesOptions {
  const { pruneImages, references } = settings;
  const ofPruner = pruner === undefined ? {} : saidBy(pruner);
  const { badReferences: bad, ...base } = { ...pruneImages, ...ofPruner };
  const isSaid = flags.badReferences !== undefined || flags.ignoreInvalidRefs === true;
  const { all, pruneOverSizeLimit, pruneRegistry, keepBlobs, namespace } = flags;
  const { registryUrl, certificateAuthority: caFile, forceInsecure } = flags;
  const { keepTagRevisions, keepYoungerThan, minAge, numWorkers } = flags;
  return {
    ...base,
    ...given({ all, pruneOverSizeLimit, pruneRegistry, keepBlobs, namespace, registryUrl, caFile, forceInsecure }),
    ...(keepTagRevisions !== undefined && { keepTagRevisions: Number(keepTagRevisions) }),
    ...(keepYoungerThan !== undefined && { keepYoungerThanMs: parseDuration(keepYoungerThan) }),
    ...(minAge !== undefined && { minAgeMs: parseDuration(minAge) }),
    ...(numWorkers !== undefined && { numWorkers: Number(numWorkers) < 1 ? DEFAULT_WORKERS : Number(numWorkers) }),
    badReferences: isSaid ? references.bad : (bad ?? references.bad),
  };
}

const DEFAULT_WORKERS = 5;

/** What an ImagePruner says, and nothing that it leaves open. */
function saidBy(pruner: ImagePrunerFields): Partial<PruneImagesSettings> {
  const { keepYoungerThan, keepYoungerThanDuration, keepTagRevisions, schedule, suspend } = pruner;
  const { ignoreInvalidImageReferences: ignored, logLevel } = pruner;
  return given({
    ...{ keepYoungerThanMs: keepYoungerThanDuration ?? keepYoungerThan, keepTagRevisions, schedule, suspend },
    badReferences: ignored === undefined ? undefined : badReferencesOf(ignored),
    logLevel: logLevel === undefined ? undefined : logLevels[logLevel],
  });
}

function given<Values extends object>(values: Values) {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    readonly [Key in keyof Values]?: Exclude<Values[Key], undefined>;
  };
}

function combination({ pruneOverSizeLimit, keepTagRevisions, keepYoungerThan }: PruneImagesFlags): readonly Problem[] {
  if (pruneOverSizeLimit !== true || (keepTagRevisions ?? keepYoungerThan) === undefined) return [];
  const message = '--prune-over-size-limit cannot be specified with --keep-tag-revisions nor --keep-younger-than';
  return [problem('pruneOverSizeLimit', message, 'leave one of them out: size takes the place of age and revisions')];
}

function numbers(flags: PruneImagesFlags): readonly Problem[] {
  return [
    ...durationFault('keepYoungerThan', flags.keepYoungerThan),
    ...countFault('keepTagRevisions', flags.keepTagRevisions),
    ...durationFault('minAge', flags.minAge),
    ...(flags.numWorkers === undefined || /^-?\d+$/.test(flags.numWorkers)
      ? []
      : [problem('numWorkers', 'it is not a whole number', 'write it like 5', flags.numWorkers)]),
  ];
}

function durationFault(flag: keyof PruneImagesFlags, text: string | undefined): readonly Problem[] {
  if (text === undefined) return [];
  const hint = 'write numbers with units, like 60m or 96h';
  if (text.trim().startsWith('-'))
    return [problem(flag, `${flagName(flag)} must be greater than or equal to 0`, hint, text)];
  try {
    parseDuration(text);
    return [];
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    return [problem(flag, 'it is not a duration', hint, text)];
  }
}

function countFault(flag: keyof PruneImagesFlags, text: string | undefined): readonly Problem[] {
  if (text === undefined || /^\d{1,9}$/.test(text)) return [];
  const hint = 'write a whole number from 0 on';
  if (/^-\d+$/.test(text)) return [problem(flag, `${flagName(flag)} must be greater than or equal to 0`, hint, text)];
  return [problem(flag, 'it is not a whole number', hint, text)];
}

function connection({
  registryUrl,
  certificateAuthority: caFile,
  forceInsecure,
}: PruneImagesFlags): readonly Problem[] {
  const problems: Problem[] = [];
  const look = (flag: keyof PruneImagesFlags, work: () => void) => {
    try {
      work();
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      // What was being done is told by the flag's own name.
      const why = error.message.replace(/^[^"]*(?:"(?:[^"\\]|\\.)*")?: |^[^:]*: /, '');
      const told = flag === 'registryUrl' ? `invalid --registry-url flag: ${why}` : why;
      problems.push(problem(flag, told, error.hint ?? ''));
    }
  };
  if (registryUrl !== undefined) look('registryUrl', () => void parseRegistryAddress(registryUrl));
  if (problems.length > 0) return problems;
  const address = parseRegistryAddress(registryUrl ?? 'https://registry');
  const wish = { forced: forceInsecure === true, caFile, loginIsInsecure: false };
  look('certificateAuthority', () => void mayBeInsecure(address, wish));
  return problems;
}

function problem(flag: keyof PruneImagesFlags, message: string, hint: string, value?: string): Problem {
  const origin = { from: 'flag', flag: flagName(flag) } as const;
  return { origin, path: '', message, hint, ...(value === undefined ? {} : { value }) };
}
