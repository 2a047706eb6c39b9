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
export interface Flags extends Partial<Readonly<Record<Exclude<SimpleFlag, 'cluster'>, FlagValue | undefined>>> {
  /** A name; of the prune commands, where `--cluster` can be given more than once, the same as {@link Flags.clusters}. */
  readonly cluster?: FlagValue | readonly string[] | undefined;
  /** The settings file. */
  readonly config?: string | undefined;
  /** Short forms of record sources: `file:records.csv`. They take the place of the file's. */
  readonly records?: readonly string[] | undefined;
  readonly repositories?: readonly string[] | undefined;
  /** Names of images on a node. */
  readonly keep?: readonly string[] | undefined;
  readonly only?: readonly string[] | undefined;
  readonly label?: readonly string[] | undefined;
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
  /** Short forms of clusters: `--cluster kubernetes:?context=prod` of the prune commands. They take the place of the file's. */
  readonly clusters?: readonly string[] | undefined;
  /** `--alias NAME=REGISTRY/PATH`. They take the place of the file's. */
  readonly alias?: readonly string[] | undefined;
  readonly defaultRegistry?: readonly string[] | undefined;
  readonly ignoreInvalidRefs?: boolean | undefined;
  /** One policy of `winnow prune`, named `command line`; given any, the file's policies do not count. */
  readonly policy?: PolicyFlags | undefined;
}

/** What a retention policy on the command line says. */
export interface PolicyFlags {
  /** Globs; default: all repositories. */
  readonly repositories?: readonly string[] | undefined;
  readonly keepYoungerThan?: FlagValue | undefined;
  readonly keepNewest?: FlagValue | undefined;
  readonly keepTagRevisions?: FlagValue | undefined;
  readonly keepMatching?: readonly string[] | undefined;
  readonly deleteMatching?: readonly string[] | undefined;
  readonly untaggedAfter?: FlagValue | undefined;
}

/** Which settings a flag stands for. */
const simpleFlags = {
  cluster: ['cluster'],
  clusterName: ['cluster'],
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
  timeout: ['registry.timeout', 'nodeGc.timeout'],
  runtime: ['nodeGc.runtime'],
  nodeName: ['nodeGc.nodeName'],
  containers: ['nodeGc.containers'],
  sandboxes: ['nodeGc.sandboxes'],
  sandboxMinAge: ['nodeGc.sandboxMinAge'],
  images: ['nodeGc.images.remove'],
  minPullAge: ['nodeGc.images.minPullAge'],
  minUnusedAge: ['nodeGc.images.minUnusedAge'],
  until: ['nodeGc.images.until'],
  keepPerRepository: ['nodeGc.images.keepPerRepository'],
  requireRepullable: ['nodeGc.images.requireRepullable'],
  highWatermark: ['nodeGc.highWatermark'],
  lowWatermark: ['nodeGc.lowWatermark'],
  releaseContent: ['nodeGc.releaseContent'],
  staticPods: ['nodeGc.staticPods'],
  fleetImage: ['nodeGc.fleet.image'],
  fleetNamespace: ['nodeGc.fleet.namespace'],
  nodeSelector: ['nodeGc.fleet.selector'],
  parallelism: ['nodeGc.fleet.parallelism'],
  deadline: ['nodeGc.fleet.deadline'],
  retries: ['registry.retries'],
  concurrency: ['registry.concurrency', 'apply.concurrency'],
  untagByOverwrite: ['reconcile.untagByOverwrite', 'prune.untagByOverwrite'],
  minAge: ['prune.minAge'],
  badReferences: ['references.bad'],
  maxDeletions: ['limits.maxDeletions'],
  maxShare: ['limits.maxShare'],
  maxShareOfRepository: ['limits.maxShareOfRepository'],
  minRemaining: ['limits.minRemaining'],
  store: ['store.address'],
  cache: ['store.cache'],
  registryConfig: ['store.registryConfig'],
  readOnlySwitch: ['store.readOnlySwitch'],
  restartRegistry: ['store.restartRegistry'],
  kubeconfig: ['store.kubeconfig', 'nodeGc.fleet.kubeconfig'],
  kubeContext: ['store.kubeContext', 'nodeGc.fleet.context'],
  mode: ['hardPrune.mode'],
  minBlobAge: ['hardPrune.minBlobAge'],
  grace: ['hardPrune.grace'],
  hold: ['hardPrune.hold'],
  checkAfter: ['hardPrune.checkAfter'],
  uploadAge: ['hardPrune.uploadAge'],
  deleteUntagged: ['hardPrune.deleteUntagged'],
  thorough: ['hardPrune.thorough'],
  fsck: ['hardPrune.fsck'],
  maxDeleteRatio: ['hardPrune.maxDeleteRatio'],
  maxDropShare: ['limits.maxDropShare', 'hardPrune.maxDropShare'],
  expiresAfter: ['plan.expiresAfter'],
  undoFor: ['apply.undoFor'],
  logLevel: ['log.level'],
  listen: ['serve.listen'],
  logFormat: ['log.format'],
} as const;

const listFlags = {
  records: 'records',
  clusters: 'clusters',
  defaultRegistry: 'references.defaultRegistries',
  repositories: 'registry.repositories',
  registries: 'store.registries',
  keep: 'nodeGc.images.keep',
  only: 'nodeGc.images.only',
  label: 'nodeGc.images.labels',
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
  if (key === 'clusters') return '--cluster';
  return `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** What the flags set, and what is wrong with their combination. */
export function readFlags(given: Flags): {
  readonly assignments: readonly Assignment[];
  readonly problems: readonly Problem[];
} {
  const flags = withClusters(given);
  const simple = (Object.keys(simpleFlags) as SimpleFlag[]).flatMap((key) =>
    simpleFlags[key].flatMap((path) => assign(flags, key, path.split('.'))),
  );
  const lists = (Object.keys(listFlags) as (keyof typeof listFlags)[]).flatMap((key) => {
    const value = flags[key];
    return value === undefined || value.length === 0 ? [] : [by(key, listFlags[key].split('.'), value)];
  });
  const all = [...simple, ...lists, ...classAssignments(flags), ...referenceAssignments(flags), ...policyOf(flags)];
  return { assignments: all, problems: flagProblems(flags) };
}

function withClusters({ cluster, ...flags }: Flags): NamedFlags {
  if (typeof cluster !== 'object') return { ...flags, ...(cluster !== undefined && { cluster }) };
  return { ...flags, clusters: cluster };
}

/** Flags where `--cluster` is a name. */
type NamedFlags = Omit<Flags, 'cluster'> & { readonly cluster?: FlagValue };

/** What of names in clusters is said by flags. What is no alias is left for the schema to complain of. */
function referenceAssignments({ alias = [], ignoreInvalidRefs }: NamedFlags): readonly Assignment[] {
  const aliases = alias.map((text) => {
    const at = text.indexOf('=');
    return at < 0 ? text : { name: text.slice(0, at), is: text.slice(at + 1) };
  });
  return [
    ...(aliases.length === 0 ? [] : [by('alias', ['references', 'aliases'], aliases)]),
    ...(ignoreInvalidRefs === true ? [by('ignoreInvalidRefs', ['references', 'bad'], 'ignore')] : []),
  ];
}

/** The one policy that the flags of `winnow prune` make. */
function policyOf({ policy = {} }: NamedFlags): readonly Assignment[] {
  const given = Object.entries(policy).filter(([, value]) => value !== undefined);
  const [first] = given;
  if (first === undefined) return [];
  const path = ['prune', 'policies'];
  const { repositories = ['**'] } = policy;
  return [
    by(first[0], path, []),
    by(first[0], [...path, 0], { name: 'command line', repositories }),
    ...given
      .filter(([key]) => key !== 'repositories')
      .map(([key, value]) => by(key, [...path, 0, key], key in numbers ? wholeNumber(value as FlagValue) : value)),
  ];
}

/** Keys of a policy that take a number, or more than that. */
const numbers = { keepNewest: true, keepTagRevisions: true };

function wholeNumber(value: FlagValue): FlagValue {
  return typeof value === 'string' && /^\d+$/.test(value.trim()) ? Number(value) : value;
}

/** One class for each of `--transient`, `--retained` and `--protected` that is given. */
function classAssignments(flags: NamedFlags): readonly Assignment[] {
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
  flags: NamedFlags,
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

function flagProblems(flags: NamedFlags): readonly Problem[] {
  const problems: Problem[] = [];
  const complain = (key: string, message: string, hint: string) =>
    problems.push({ origin: { from: 'flag', flag: flagName(key) }, path: '', message, hint });

  const { registry, registryUrl, badReferences, ignoreInvalidRefs } = flags;
  if (badReferences !== undefined && ignoreInvalidRefs === true)
    complain('ignoreInvalidRefs', 'it says the same as --bad-references ignore', 'give one of the two');
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
