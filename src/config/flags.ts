import type { Assignment } from './environment.ts';
import { valueFromText } from './environment.ts';
import type { Path, Problem } from './problem.ts';
import { type Shape, shapeAt } from './shape.ts';

/** A flag's value as the command line gives it, or already read. */
export type FlagValue = string | number | boolean;

/**
 * Flags that are settings. `--keep-newest 5` is `keepNewest: '5'`; what is not given is absent or undefined. Values are checked like
 * those of a file, and complaints name the flag. Other keys are none of ours and passed over.
 *
 * `transient`, `retained` and `protected` make one class each, named like its kind; given any, the file's classes do not count.
 * `whenNoRecord` and `noRecordMinAge` belong to `transient`; `keepYoungerThan`, `keepNewest` and `onlyWhenRecordInactive` to `retained`.
 */
export interface Flags extends Partial<Readonly<Record<SimpleFlag, FlagValue | undefined>>> {
  /** The settings file. */
  readonly config?: string | undefined;
  /** Short forms of record sources: `file:records.csv`. They take the place of the file's. */
  readonly records?: readonly string[] | undefined;
  readonly repositories?: readonly string[] | undefined;
  /** `--registry` where it names every replica of a storage. */
  readonly registries?: readonly string[] | undefined;
  /** Globs. */
  readonly transient?: readonly string[] | undefined;
  readonly retained?: readonly string[] | undefined;
  readonly protected?: readonly string[] | undefined;
  readonly whenNoRecord?: FlagValue | undefined;
  readonly noRecordMinAge?: FlagValue | undefined;
  readonly keepYoungerThan?: FlagValue | undefined;
  readonly keepNewest?: FlagValue | undefined;
  readonly onlyWhenRecordInactive?: FlagValue | undefined;
}

/** Which settings a flag stands for. */
const simpleFlags = {
  cluster: ['cluster'],
  stateDir: ['stateDir'],
  defaultRepository: ['defaultRepository'],
  registry: ['registry.url'],
  registryUrl: ['registry.url'],
  certificateAuthority: ['registry.certificateAuthority'],
  clientCertificate: ['registry.clientCertificate'],
  clientKey: ['registry.clientKey'],
  forceInsecure: ['registry.forceInsecure'],
  username: ['registry.username'],
  passwordFile: ['registry.passwordFile'],
  authFile: ['registry.authFile'],
  product: ['registry.product'],
  timeout: ['registry.timeout'],
  retries: ['registry.retries'],
  concurrency: ['registry.concurrency', 'apply.concurrency'],
  untagByOverwrite: ['reconcile.untagByOverwrite'],
  maxDeletions: ['limits.maxDeletions'],
  maxShare: ['limits.maxShare'],
  maxShareOfRepository: ['limits.maxShareOfRepository'],
  minRemaining: ['limits.minRemaining'],
  store: ['store.address'],
  cache: ['store.cache'],
  readOnlySwitch: ['store.readOnlySwitch'],
  kubeconfig: ['store.kubeconfig'],
  kubeContext: ['store.kubeContext'],
  mode: ['hardPrune.mode'],
  minBlobAge: ['hardPrune.minBlobAge'],
  grace: ['hardPrune.grace'],
  hold: ['hardPrune.hold'],
  checkAfter: ['hardPrune.checkAfter'],
  uploadAge: ['hardPrune.uploadAge'],
  deleteUntagged: ['hardPrune.deleteUntagged'],
  thorough: ['hardPrune.thorough'],
  maxDeleteRatio: ['hardPrune.maxDeleteRatio'],
  maxDropShare: ['limits.maxDropShare', 'hardPrune.maxDropShare'],
  expiresAfter: ['plan.expiresAfter'],
  undoFor: ['apply.undoFor'],
  logLevel: ['log.level'],
  logFormat: ['log.format'],
} as const;

const listFlags = {
  records: 'records',
  repositories: 'registry.repositories',
  registries: 'store.registries',
} as const;

/** Which flags say more about the class of a kind. */
const classFlags = {
  transient: ['whenNoRecord', 'noRecordMinAge'],
  retained: ['keepYoungerThan', 'keepNewest', 'onlyWhenRecordInactive'],
  protected: [],
} as const;

export type SimpleFlag = keyof typeof simpleFlags;

/** `keepNewest` → `--keep-newest`. */
export function flagName(key: string): string {
  if (key === 'registries') return '--registry';
  return `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** What the flags set, and what is wrong with their combination. */
export function readFlags(flags: Flags): {
  readonly assignments: readonly Assignment[];
  readonly problems: readonly Problem[];
} {
  const simple = (Object.keys(simpleFlags) as SimpleFlag[]).flatMap((key) =>
    simpleFlags[key].flatMap((path) => assign(flags, key, path.split('.'))),
  );
  const lists = (Object.keys(listFlags) as (keyof typeof listFlags)[]).flatMap((key) => {
    const value = flags[key];
    return value === undefined || value.length === 0 ? [] : [by(key, listFlags[key].split('.'), value)];
  });
  return { assignments: [...simple, ...lists, ...classAssignments(flags)], problems: flagProblems(flags) };
}

/** One class for each of `--transient`, `--retained` and `--protected` that is given. */
function classAssignments(flags: Flags): readonly Assignment[] {
  const given = (Object.keys(classFlags) as (keyof typeof classFlags)[]).filter(
    (kind) => (flags[kind]?.length ?? 0) > 0,
  );
  const [first] = given;
  if (first === undefined) return [];
  const classes = given.flatMap((kind, index) => [
    by(kind, ['reconcile', 'classes', index], { name: kind, kind, repositories: flags[kind] }),
    ...classFlags[kind].flatMap((key) => assign(flags, key, ['reconcile', 'classes', index, key])),
  ]);
  return [by(first, ['reconcile', 'classes'], []), ...classes];
}

function assign(
  flags: Flags,
  key: SimpleFlag | (typeof classFlags)[keyof typeof classFlags][number],
  path: Path,
): readonly Assignment[] {
  const value = flags[key];
  if (value === undefined) return [];
  const shape = shapeOf(path, key);
  return [by(key, path, typeof value === 'string' && shape !== undefined ? valueFromText(value, shape) : value)];
}

function shapeOf(path: Path, key: string): Shape | undefined {
  const kind = Object.entries(classFlags).find(([, keys]) => (keys as readonly string[]).includes(key))?.[0];
  return shapeAt(path, kind === undefined ? {} : { reconcile: { classes: [{ kind }, { kind }, { kind }] } });
}

function by(key: string, path: Path, value: unknown): Assignment {
  return { path, value, by: { from: 'flag', flag: flagName(key) } };
}

function flagProblems(flags: Flags): readonly Problem[] {
  const problems: Problem[] = [];
  const complain = (key: string, message: string, hint: string) =>
    problems.push({ origin: { from: 'flag', flag: flagName(key) }, path: '', message, hint });

  const { registry, registryUrl } = flags;
  if (registry !== undefined && registryUrl !== undefined && registry !== registryUrl)
    complain('registryUrl', 'it names another registry than --registry', 'give one of the two');
  for (const [kind, keys] of Object.entries(classFlags)) {
    if ((flags[kind as keyof typeof classFlags]?.length ?? 0) > 0) continue;
    for (const key of keys)
      if (flags[key] !== undefined)
        complain(
          key,
          `it says more about ${flagName(kind)}, which is not given`,
          `add ${flagName(kind)} GLOB, or set ${key} in a class of the settings file`,
        );
  }
  return problems;
}
