import type { NodeGcPolicy } from '../policy/node-gc/policy.ts';
import type { RepositoryClass } from '../policy/repository-class.ts';
import type { PrunePolicy } from '../policy/retention/policy.ts';
import type { TagRecordRule } from '../policy/tag-records.ts';
import type { ClusterSettings, ImageExtractor } from '../systems/cluster/index.ts';
import type { RecordsSettings } from '../systems/records/index.ts';
import type { RegistrySettings } from '../systems/registry/index.ts';
import type { ServeSettings } from './serve-settings.ts';

/** All settings, read: milliseconds, bytes, absolute paths, shares from 0 to 1. */
export interface Settings {
  readonly cluster?: string;
  /** Absolute. */
  readonly stateDir: string;
  readonly registry: RegistryChoice;
  readonly defaultRepository: string;
  readonly records: readonly RecordsChoice[];
  readonly tagRecords: readonly TagRecordRule[];
  readonly reconcile: {
    readonly classes: readonly RepositoryClass[];
    readonly untagByOverwrite: boolean;
  };
  readonly store: StoreChoice;
  readonly hardPrune: HardPruneSettings;
  /** What may use images: `winnow prune`, `winnow snapshot`. */
  readonly clusters: readonly ClusterChoice[];
  readonly references: ReferenceSettings;
  readonly prune: PruneSettings;
  readonly pruneImages: PruneImagesSettings;
  readonly nodeGc: NodeGcSettings;
  readonly limits: LimitSettings;
  readonly plan: { readonly expiresAfterMs: number };
  readonly apply: {
    readonly concurrency: number;
    readonly recheckRecordsEveryMs: number;
    readonly undoForMs: number;
  };
  readonly lease: LeaseSettings;
  readonly serve: ServeSettings;
  readonly events: readonly EventTarget[];
  readonly log: { readonly level: 'debug' | 'info' | 'warn' | 'error'; readonly format: 'text' | 'json' };
}

/** What opens a registry, but for its address, which may be missing: see `requireRegistry`. */
export type RegistryChoice = Omit<RegistrySettings, 'url'> & { readonly url?: string };

/** A registry's storage, and who serves it. */
export interface StoreChoice {
  /** As `parseStoreAddress` reads it; folders are absolute. */
  readonly address?: string;
  /** Every replica; empty where only `registry.url` may name one. */
  readonly registries: readonly string[];
  /** `auto`, `none`, `in-memory`, or the URL of a Redis. */
  readonly cache: string;
  /** The registry's own configuration file. Absolute. */
  readonly registryConfig?: string;
  /** As `parseReadOnlySwitch` reads it. */
  readonly readOnlySwitch: string;
  /** In the same way. */
  readonly restartRegistry: string;
  /** Absolute. */
  readonly kubeconfig?: string;
  readonly kubeContext?: string;
  /** Readers at once. */
  readonly readers?: number;
}

/** A cluster, or what stands for one. */
export interface ClusterChoice {
  /** For plans and reports, without credentials: the short form. */
  readonly shown: string;
  readonly source: ClusterSettings;
}

/** How names of images in clusters are understood. */
export interface ReferenceSettings {
  /** Other names of registries, or of a part of one: `{name: 'mirror.example/proxy', is: 'registry.example:5000/team'}`. */
  readonly aliases: readonly { readonly name: string; readonly is: string }[];
  /** What a name without a host may mean, every one of them: hosts, or hosts with a path. */
  readonly defaultRegistries: readonly string[];
  readonly bad: 'protect' | 'abort' | 'ignore';
  readonly customResources: readonly ImageExtractor[];
}

export interface PruneSettings {
  readonly policy: PrunePolicy;
  readonly untagByOverwrite: boolean;
  /** Who uses one image of an index keeps the whole index. */
  readonly keepIndexOfUsedChild: boolean;
  /** How old the clusters' answer may be while a plan is applied. */
  readonly recheckClustersEveryMs: number;
  /** Where pulls and pushes are told: files of notifications, as Distribution sends them. */
  readonly pulls?: {
    readonly files: readonly string[];
    readonly ignoreUserAgents: readonly string[];
    readonly ignoreActors: readonly string[];
    /** How long a push holds what it brought; 0: not at all. */
    readonly pushLeaseMs: number;
  };
}

/** The options of `oc adm prune images`, by its words. */
export interface PruneImagesSettings {
  readonly all: boolean;
  readonly keepYoungerThanMs: number;
  readonly keepTagRevisions: number;
  readonly pruneOverSizeLimit: boolean;
  readonly pruneRegistry: boolean;
  /** Links go, data stays. */
  readonly keepBlobs: boolean;
  /** Nothing younger goes, whatever the others say. */
  readonly minAgeMs: number;
  readonly numWorkers: number;
  readonly namespace?: string;
  /** Of the integrated registry; absent: the image API tells. */
  readonly registryUrl?: string;
  /** Absolute. */
  readonly caFile?: string;
  readonly forceInsecure: boolean;
  /** What an ImagePruner says; absent: `references.bad` counts. */
  readonly badReferences?: 'protect' | 'abort';
  /** What an ImagePruner says; absent: `log.level` counts. */
  readonly logLevel?: 'info' | 'debug';
  /** For the service. */
  readonly schedule?: string;
  readonly suspend?: boolean;
}

export interface NodeGcSettings {
  /** As `parseRuntimeAddress` reads it; absent: it is looked for. */
  readonly runtime?: string;
  readonly timeoutMs: number;
  readonly nodeName?: string;
  readonly policy: NodeGcPolicy;
  readonly watermarks?: { readonly highPercent: number; readonly lowPercent: number };
  readonly requireRepullable: boolean;
  readonly releaseContent: boolean;
  /** Absolute. */
  readonly staticPods?: string;
  readonly fleet: FleetSettings;
}

/** How `node-gc --all-nodes` goes through a cluster. */
export interface FleetSettings {
  readonly image?: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  /** Absolute. */
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly selector?: string;
  readonly parallelism: number;
  readonly deadlineMs: number;
  readonly ttlAfterFinishedMs: number;
  /** With so many failed nodes no further one is begun; 0: never. */
  readonly maxFailures: { readonly nodes: number } | { readonly share: number };
  readonly imagePullSecrets: readonly string[];
  readonly registrySecret?: string;
  /** On the node, absolute. */
  readonly stateDir: string;
  /** On the node, absolute. */
  readonly imagesPath?: string;
  readonly resources: { readonly cpu: string; readonly memory: string; readonly memoryLimit?: string };
}

export interface HardPruneSettings {
  readonly mode: 'online' | 'read-only';
  readonly minBlobAgeMs: number;
  readonly graceMs: number;
  readonly holdMs: number;
  readonly checkAfterMs: number;
  readonly uploadAgeMs: number;
  readonly thorough: boolean;
  readonly deleteUntagged: boolean;
  /** Checks the storage before and after a run. */
  readonly fsck: boolean;
  /** Shares from 0 to 1. */
  readonly maxDeleteRatio: number;
  readonly maxDropShare: number;
}

/** A source of records. */
export interface RecordsChoice {
  readonly name: string;
  /** What its number of rows is remembered by, between runs: its own name, else the place that it is read from. No secrets. */
  readonly countedAs: string;
  /** A larger drop of its number of rows since the last run is suspicious. */
  readonly maxDropShare: number;
  /** For plans and reports, without secrets: the short form, or what is nearest to it. */
  readonly shown: string;
  /** Opens it. Its paths are absolute. */
  readonly source: RecordsSettings;
}

/** As `plan/limits.ts` takes them, and what holds for counts of sources. */
export interface LimitSettings {
  readonly maxDeletions?: number;
  readonly maxShare: number;
  readonly maxShareOfRepository?: number;
  readonly minRemaining?: number;
  readonly maxDropShare: number;
}

export type LeaseSettings =
  | { readonly kind: 'file'; readonly ttlMs: number }
  | { readonly kind: 'postgres'; readonly url: string; readonly ttlMs: number }
  | {
      /** Leases of a cluster: `coordination.k8s.io`. */
      readonly kind: 'kubernetes';
      readonly ttlMs: number;
      /** Absent: the pod's own, or the context's. */
      readonly namespace?: string;
      readonly kubeconfig?: string;
      readonly context?: string;
    };

/** Where the summary event goes; but for `to`, what opens that sink. */
export type EventTarget =
  | { readonly to: 'stdout' }
  | { readonly to: 'file'; readonly path: string }
  | {
      readonly to: 'postgres';
      readonly url: string;
      readonly passwordFile?: string;
      readonly caFile?: string;
      readonly table: string;
      readonly timeoutMs: number;
    }
  | {
      readonly to: 'webhook';
      readonly url: string;
      readonly tokenFile?: string;
      readonly caFile?: string;
      readonly timeoutMs: number;
      readonly retries: number;
    };
