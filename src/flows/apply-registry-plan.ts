import { type PushesAgreeOptions, pushesAgree } from '../apply/guards/pushes-agree.ts';
import { recordsAgree, recordsNow } from '../apply/guards/records-agree.ts';
import { type UsesGuard, usesAgree } from '../apply/guards/uses-agree.ts';
import { usesNow } from '../apply/guards/uses-now.ts';
import type { Outcome } from '../apply/outcome.ts';
import { registryDoer } from '../apply/registry/registry-doer.ts';
import type { RunReport } from '../apply/run-report.ts';
import type { TagRecord } from '../evidence/link-records.ts';
import type { ReferenceRules } from '../evidence/reference-rules.ts';
import type { Source } from '../evidence/sink.ts';
import { parseManifest } from '../oci/manifest.ts';
import type { Registry } from '../systems/registry/contract.ts';
import { type ApplyInput, applyPlan } from './apply-plan.ts';
import { survey } from './survey.ts';

export interface ApplyRegistryInput extends Omit<ApplyInput, 'doer' | 'guards'> {
  readonly registry: Registry;
  /** The record sources, to be asked again; and which records a tag's name stands for. */
  readonly records: readonly Source[];
  readonly recordsOf: (scope: string, tag: string) => readonly TagRecord[];
  /** How old an answer of the records may be, in milliseconds. */
  readonly recordsMaxAgeMs: number;
  /** The clusters, to be asked again: of plans that were made by what they use. */
  readonly uses?: {
    readonly sources: readonly Source[];
    readonly rules: ReferenceRules;
    /** How old their answer may be, in milliseconds. */
    readonly maxAgeMs: number;
  };
  /** What the registry tells of pushes, to be read again: of plans that hold what was pushed lately. */
  readonly pushes?: Omit<PushesAgreeOptions, 'nowMs'>;
}

export type { Outcome, RunReport };

/**
 * Applies a plan for tags and manifests: the registry does it, and records and clusters are asked again while it is done, and
 * so is what the registry told of pushes.
 *
 * @throws RECORDS_…, CLUSTER_…, PULLS_… before anything is done, when a source refuses to be read; one that is out of reach holds back all actions
 *   instead, or all that it may hold.
 */
export async function applyRegistryPlan(input: ApplyRegistryInput): Promise<RunReport> {
  const { registry, records, recordsOf, recordsMaxAgeMs, nowMs } = input;
  const read = async (signal: AbortSignal) => recordsNow((await survey(records, nowMs, signal)).evidence);
  const { guard, ask } = recordsAgree({ read, recordsOf, nowMs, maxAgeMs: recordsMaxAgeMs });
  const uses = usesGuard(input);
  const pushes = input.pushes === undefined ? undefined : pushesAgree({ ...input.pushes, nowMs });
  return await applyPlan({
    ...input,
    doer: registryDoer(registry, input),
    guards: [guard, uses?.guard, pushes?.guard].filter((one) => one !== undefined),
    underLease: async (signal) => {
      if (input.header.actionCount > 0) await Promise.all([ask(signal), uses?.ask(signal), pushes?.ask(signal)]);
      await input.underLease?.(signal);
    },
  });
}

function usesGuard({ uses, registry, header, nowMs }: ApplyRegistryInput): UsesGuard | undefined {
  if (uses === undefined || uses.sources.length === 0) return undefined;
  const options = { ownHost: registry.host, rules: uses.rules, sinceMs: header.madeAtMs };
  return usesAgree({
    read: async (signal) => usesNow((await survey(uses.sources, nowMs, signal)).evidence, options),
    configOf: async (scope, digest, signal) => {
      const found = await registry.manifest(scope.slice(registry.host.length + 1), digest, signal);
      if (found === undefined) return undefined;
      const { references } = parseManifest(found.bytes, found.mediaType);
      return references.find(({ as }) => as === 'config')?.to.digest;
    },
    nowMs,
    maxAgeMs: uses.maxAgeMs,
  });
}
