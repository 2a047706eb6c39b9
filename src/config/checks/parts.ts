import type { z } from 'zod';
import type { Origin, Path } from '../problem.ts';
import { type ClusterInput, clusterSource } from '../schema/clusters.ts';
import { type EventTargetInput, eventTarget } from '../schema/events.ts';
import { type NodeGcInput, nodeGcSchema } from '../schema/node-gc.ts';
import { type PruneInput, pruneSchema } from '../schema/prune.ts';
import { type PrunePolicyInput, prunePolicy } from '../schema/prune-policies.ts';
import { type ClassInput, repositoryClass } from '../schema/reconcile.ts';
import { type RecordInput, recordSource } from '../schema/records.ts';
import { type RegistryInput, registrySchema } from '../schema/registry.ts';
import { type LeaseInput, leaseSchema } from '../schema/running.ts';
import { type ServeInput, serveSchema } from '../schema/serve.ts';
import { type HardPruneInput, hardPruneSchema } from '../schema/store.ts';
import { type TagRecordInput, tagRecordRule } from '../schema/tag-records.ts';
import { isMap } from '../shape.ts';

/** An entry of a list, and its place in it. */
export interface Entry<Value> {
  readonly index: number;
  readonly value: Value;
}

/** Those parts of the settings that are well-formed each by itself, so that checks across them run although another part is not. */
export interface Parts {
  readonly classes: readonly Entry<ClassInput>[];
  readonly records: readonly Entry<RecordInput>[];
  /** How many entries `records` has, malformed ones too. */
  readonly recordCount: number;
  readonly tagRecords: readonly Entry<TagRecordInput>[];
  readonly clusters: readonly Entry<ClusterInput>[];
  readonly prune: PruneInput | undefined;
  readonly prunePolicies: readonly Entry<PrunePolicyInput>[];
  readonly events: readonly Entry<EventTargetInput>[];
  readonly registry: RegistryInput | undefined;
  readonly lease: LeaseInput | undefined;
  readonly hardPrune: HardPruneInput | undefined;
  readonly nodeGc: NodeGcInput | undefined;
  readonly serve: ServeInput | undefined;
}

/** What a check found. `warning`: it works, but hardly as it is meant. */
export interface CheckFinding {
  readonly severity: 'error' | 'warning';
  readonly path: Path;
  readonly message: string;
  readonly hint: string;
}

/** What checks may ask besides. */
export interface CheckContext {
  giverOf(path: Path): Origin;
  /** A setting's name in a hint: `noRecordMinAge`, or `--no-record-min-age` where a flag gave what stands beside it. */
  nameOf(setting: string, beside: Path): string;
}

export type Check = (parts: Parts, context: CheckContext) => readonly CheckFinding[];

export function partsOf(value: unknown): Parts {
  const root = isMap(value) ? value : {};
  const reconcile = isMap(root['reconcile']) ? root['reconcile'] : {};
  const prune = isMap(root['prune']) ? root['prune'] : {};
  return {
    classes: entries(repositoryClass, reconcile['classes']),
    records: entries(recordSource, root['records']),
    recordCount: Array.isArray(root['records']) ? root['records'].length : 0,
    tagRecords: entries(tagRecordRule, root['tagRecords']),
    clusters: entries(clusterSource, root['clusters']),
    prune: pruneSchema.safeParse(prune).data,
    prunePolicies: entries(prunePolicy, prune['policies']),
    events: entries(eventTarget, root['events']),
    registry: registrySchema.safeParse(root['registry'] ?? {}).data,
    lease: leaseSchema.safeParse(root['lease'] ?? {}).data,
    hardPrune: hardPruneSchema.safeParse(root['hardPrune'] ?? {}).data,
    nodeGc: nodeGcSchema.safeParse(root['nodeGc'] ?? {}).data,
    serve: serveSchema.safeParse(root['serve'] ?? {}).data,
  };
}

function entries<Value>(schema: z.ZodType<Value>, list: unknown): readonly Entry<Value>[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((item, index) => {
    const read = schema.safeParse(item);
    return read.success ? [{ index, value: read.data }] : [];
  });
}
