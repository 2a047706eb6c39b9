import type { RepositoryClass } from '../policy/repository-class.ts';
import type { TagRecordRule } from '../policy/tag-records.ts';
import type { RecordsSettings } from '../systems/records/index.ts';
import type { RegistrySettings } from '../systems/registry/index.ts';

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
  readonly limits: LimitSettings;
  readonly plan: { readonly expiresAfterMs: number };
  readonly apply: {
    readonly concurrency: number;
    readonly recheckRecordsEveryMs: number;
    readonly undoForMs: number;
  };
  readonly lease: LeaseSettings;
  readonly events: readonly EventTarget[];
  /** A cron line, and the zone that it is meant in; without one, the machine's. */
  readonly schedule?: string;
  readonly timeZone?: string;
  readonly log: { readonly level: 'debug' | 'info' | 'warn' | 'error'; readonly format: 'text' | 'json' };
}

/** What opens a registry, but for its address, which may be missing: see `requireRegistry`. */
export type RegistryChoice = Omit<RegistrySettings, 'url'> & { readonly url?: string };

/** A source of records. */
export interface RecordsChoice {
  readonly name: string;
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
  | { readonly kind: 'postgres'; readonly url: string; readonly ttlMs: number };

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
