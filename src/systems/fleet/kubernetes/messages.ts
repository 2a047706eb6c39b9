import * as z from 'zod';
import type { FleetNode, NodeJob } from '../contract.ts';
import { fleetFailure } from '../errors.ts';
import { NODE_ANNOTATION, ORDER_ANNOTATION, RUN_LABEL } from './job-body.ts';

/** Of foreign objects no more than is read here. */
const words = z.record(z.string(), z.string()).default({});
const Condition = z.object({
  type: z.string(),
  status: z.string(),
  reason: z.string().optional(),
  message: z.string().optional(),
});
const conditions = z.array(Condition).default([]);

const NodeMessage = z.object({
  metadata: z.object({ name: z.string(), uid: z.string().default(''), labels: words }),
  spec: z.object({ unschedulable: z.boolean().default(false) }).default({ unschedulable: false }),
  status: z
    .object({ conditions, nodeInfo: z.object({ operatingSystem: z.string().default('') }).optional() })
    .default({ conditions: [] }),
});

const JobMessage = z.object({
  metadata: z.object({ name: z.string(), labels: words, annotations: words }),
  status: z.object({ conditions }).default({ conditions: [] }),
});

const Waiting = z.object({ reason: z.string().optional(), message: z.string().optional() });
const Terminated = Waiting.extend({ exitCode: z.number() });
const PodMessage = z.object({
  metadata: z.object({ name: z.string(), creationTimestamp: z.string() }),
  status: z
    .object({
      phase: z.string().default('Pending'),
      reason: z.string().optional(),
      message: z.string().optional(),
      conditions,
      containerStatuses: z
        .array(
          z.object({ state: z.object({ waiting: Waiting.optional(), terminated: Terminated.optional() }).default({}) }),
        )
        .default([]),
    })
    .default({ phase: 'Pending', conditions: [], containerStatuses: [] }),
});

export type Pod = z.infer<typeof PodMessage>;

/** @throws FLEET_CLUSTER_FAILED for what is no node */
export function nodeIn(value: unknown): FleetNode {
  const { metadata, spec, status } = parse('a node', NodeMessage, value);
  return {
    name: metadata.name,
    uid: metadata.uid,
    isReady: status.conditions.some(({ type, status: is }) => type === 'Ready' && is === 'True'),
    isCordoned: spec.unschedulable,
    os: status.nodeInfo?.operatingSystem || (metadata.labels['kubernetes.io/os'] ?? ''),
  };
}

const OwnerMessage = z.object({ metadata: z.object({ uid: z.string().min(1) }) });

/** By which an object is owned. @throws FLEET_CLUSTER_FAILED for what has none */
export function uidIn(value: unknown): string {
  return parse('a Job', OwnerMessage, value).metadata.uid;
}

/** @throws FLEET_CLUSTER_FAILED for what is no Job */
export function jobIn(value: unknown): NodeJob {
  const { metadata, status } = parse('a Job', JobMessage, value);
  const { name, labels, annotations } = metadata;
  const over = (type: string) => status.conditions.find((one) => one.type === type && one.status === 'True');
  const failed = over('Failed');
  return {
    name,
    node: annotations[NODE_ANNOTATION] ?? '',
    run: labels[RUN_LABEL] ?? '',
    orderHash: annotations[ORDER_ANNOTATION] ?? '',
    state: failed !== undefined ? 'failed' : over('Complete') !== undefined ? 'succeeded' : 'running',
    ...(failed !== undefined && { why: said(failed.reason, failed.message) ?? 'the cluster does not say why' }),
  };
}

/** @throws FLEET_CLUSTER_FAILED for what is no pod */
export function podIn(value: unknown): Pod {
  return parse('a pod', PodMessage, value);
}

/** What a pod came to, or waits for, as far as the cluster says. */
export function wordsOf({ status }: Pod): string | undefined {
  const [state] = status.containerStatuses.map((one) => one.state);
  const { waiting, terminated } = state ?? {};
  if (terminated !== undefined && terminated.exitCode !== 0)
    return `it ended with ${terminated.exitCode}${terminated.reason === undefined || terminated.reason === 'Error' ? '' : ` (${terminated.reason})`}`;
  if (waiting !== undefined) return said(waiting.reason, waiting.message);
  const place = status.conditions.find((one) => one.type === 'PodScheduled' && one.status === 'False');
  return said(status.reason, status.message) ?? said(place?.reason, place?.message);
}

function said(reason: string | undefined, message: string | undefined): string | undefined {
  const texts = [reason, message].filter((text) => text !== undefined && text !== '');
  return texts.length === 0 ? undefined : texts.join(': ');
}

function parse<T>(what: string, schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const where = result.error.issues[0]?.path.join('.') ?? '';
  throw fleetFailure('FLEET_CLUSTER_FAILED', `reading ${what}: ${where} is not as it should be`);
}
