import { recordsAgree, recordsNow } from '../apply/guards/records-agree.ts';
import type { Outcome } from '../apply/outcome.ts';
import { registryDoer } from '../apply/registry/registry-doer.ts';
import type { RunReport } from '../apply/run-report.ts';
import type { TagRecord } from '../evidence/link-records.ts';
import type { Source } from '../evidence/sink.ts';
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
}

export type { Outcome, RunReport };

/**
 * Applies a plan for tags and manifests: the registry does it, and the records are asked again while it is done.
 *
 * @throws RECORDS_… before anything is done, when a source refuses to be read; one that is out of reach holds back all actions instead.
 */
export async function applyRegistryPlan(input: ApplyRegistryInput): Promise<RunReport> {
  const { registry, records, recordsOf, recordsMaxAgeMs, nowMs } = input;
  const read = async (signal: AbortSignal) => recordsNow((await survey(records, nowMs, signal)).evidence);
  const { guard, ask } = recordsAgree({ read, recordsOf, nowMs, maxAgeMs: recordsMaxAgeMs });
  return await applyPlan({
    ...input,
    doer: registryDoer(registry, input),
    guards: [guard],
    underLease: async (signal) => {
      if (input.header.actionCount > 0) await ask(signal);
      await input.underLease?.(signal);
    },
  });
}
