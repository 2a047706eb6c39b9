import { join } from 'node:path';
import type { RepositoryClass } from '../policy/repository-class.ts';
import type { EventTargetInput } from './schema/events.ts';
import type { PruneInput } from './schema/prune.ts';
import type { ClassInput } from './schema/reconcile.ts';
import type { RegistryInput } from './schema/registry.ts';
import type { LeaseInput } from './schema/running.ts';
import type { SettingsInput } from './schema/settings-file.ts';
import type { HardPruneInput } from './schema/store.ts';
import type {
  EventTarget,
  HardPruneSettings,
  LeaseSettings,
  PruneSettings,
  RegistryChoice,
  Settings,
} from './settings.ts';
import { toClusters } from './to-clusters.ts';
import { toNodeGc } from './to-node-gc.ts';
import { toPruneImages } from './to-prune-images.ts';
import { toPrunePolicies } from './to-prune-policy.ts';
import { type PathsFrom, toRecords } from './to-records.ts';
import { toServe } from './to-serve.ts';

/** What settings depend on besides what was written. */
export interface Machine {
  readonly env: NodeJS.ProcessEnv;
  readonly home: string;
  /** Makes a path in a short form of a record source absolute. */
  readonly pathsFrom: PathsFrom;
  /** The same for short forms of clusters. */
  readonly pathsOfClusters: PathsFrom;
}

/** Turns what was written and checked into settings: names with units, classes as the policy takes them. */
export function toSettings(input: SettingsInput, machine: Machine): Settings {
  const { cluster, records, limits, events } = input;
  const { defaultRepository, tagRecords, reconcile, apply, log } = input;
  return {
    ...(cluster !== undefined && { cluster }),
    stateDir: input.stateDir ?? defaultStateDir(machine),
    registry: toRegistry(input.registry),
    defaultRepository,
    records: toRecords(records, limits.maxDropShare, machine.pathsFrom),
    tagRecords,
    reconcile: { classes: reconcile.classes.map(toClass), untagByOverwrite: reconcile.untagByOverwrite },
    store: input.store,
    hardPrune: toHardPrune(input.hardPrune),
    clusters: toClusters(input.clusters, machine.pathsOfClusters),
    references: input.references,
    prune: toPrune(input.prune),
    pruneImages: toPruneImages(input.pruneImages),
    nodeGc: toNodeGc(input.nodeGc),
    limits,
    plan: { expiresAfterMs: input.plan.expiresAfter },
    apply: {
      concurrency: apply.concurrency,
      recheckRecordsEveryMs: apply.recheckRecordsEvery,
      undoForMs: apply.undoFor,
    },
    lease: toLease(input.lease),
    serve: toServe(input.serve),
    events: events.map(toEventTarget),
    log,
  };
}

/** As the XDG base directory specification has it: a relative `XDG_STATE_HOME` does not count. */
export function defaultStateDir({ env, home }: Pick<Machine, 'env' | 'home'>): string {
  const state = env['XDG_STATE_HOME'];
  return join(state?.startsWith('/') === true ? state : join(home, '.local', 'state'), 'winnow');
}

function toRegistry(input: RegistryInput): RegistryChoice {
  const {
    certificateAuthority,
    clientCertificate,
    clientKey,
    forceInsecure,
    authFile,
    timeout,
    maxManifestSize,
    ...same
  } = input;
  return {
    ...same,
    insecure: forceInsecure,
    ...(certificateAuthority !== undefined && { caFile: certificateAuthority }),
    ...(clientCertificate !== undefined && { certFile: clientCertificate }),
    ...(clientKey !== undefined && { keyFile: clientKey }),
    credentialFiles: authFile === undefined ? [] : [authFile],
    timeoutMs: timeout,
    maxManifestBytes: maxManifestSize,
  };
}

function toPrune(input: PruneInput): PruneSettings {
  const { policies, minAge: minAgeMs, recheckClustersEvery: recheckClustersEveryMs, pulls, ...same } = input;
  return {
    ...same,
    policy: { policies: toPrunePolicies(policies), minAgeMs },
    recheckClustersEveryMs,
    ...(pulls !== undefined && { pulls: toPulls(pulls) }),
  };
}

function toPulls({
  pushLease: pushLeaseMs,
  ...same
}: NonNullable<PruneInput['pulls']>): NonNullable<PruneSettings['pulls']> {
  return { ...same, pushLeaseMs };
}

function toHardPrune(input: HardPruneInput): HardPruneSettings {
  const { minBlobAge, grace, hold, checkAfter, uploadAge, ...same } = input;
  return {
    ...same,
    ...{ minBlobAgeMs: minBlobAge, graceMs: grace, holdMs: hold, checkAfterMs: checkAfter, uploadAgeMs: uploadAge },
  };
}

function toClass(input: ClassInput): RepositoryClass {
  switch (input.kind) {
    case 'transient': {
      const { noRecordMinAge, ...rest } = input;
      return { ...rest, noRecordMinAgeMs: noRecordMinAge ?? 0 };
    }
    case 'retained': {
      const { keepYoungerThan, ...rest } = input;
      return { ...rest, ...(keepYoungerThan !== undefined && { keepYoungerThanMs: keepYoungerThan }) };
    }
    case 'protected':
      return input;
  }
}

function toEventTarget(input: EventTargetInput): EventTarget {
  if (input.to === 'stdout' || input.to === 'file') return input;
  const { certificateAuthority, timeout, ...rest } = input;
  return { ...rest, timeoutMs: timeout, ...(certificateAuthority !== undefined && { caFile: certificateAuthority }) };
}

function toLease({ kind, url, ttl: ttlMs, ...api }: LeaseInput): LeaseSettings {
  if (kind === 'kubernetes') return { kind, ttlMs, ...api };
  // That `postgres` has a URL was checked before.
  return kind === 'postgres' && url !== undefined ? { kind, url, ttlMs } : { kind: 'file', ttlMs };
}
