import type { Sink } from '../../../evidence/sink.ts';
import type { RuntimeSurveyOptions } from '../contract.ts';
import { stateContainerd } from '../grpc/containerd-facts.ts';
import { allContent, containerRecords, imageRecords } from '../grpc/containerd-listing.ts';
import { type ContainerdServices, type ImageRecord, msOf } from '../grpc/containerd-services.ts';
import { imagesHeldByLeases } from './held-by-leases.ts';
import { readConfig } from './read-config.ts';
import { recordsOfImage } from './records-of-image.ts';

export interface ContainerdSurvey extends RuntimeSurveyOptions {
  readonly services: ContainerdServices;
  readonly scope: string;
  readonly sink: Sink;
  readonly nowMs: number;
}

/** Its label on a record that is to stay. */
export const PINNED = 'io.cri-containerd.pinned';

/**
 * States the records of one namespace: an image is a name here, and each goes by itself. A container holds its own, and all others of the same
 * image: whoever made them may look for it by any.
 */
export async function surveyContainerd(survey: ContainerdSurvey, signal: AbortSignal): Promise<void> {
  const { services, sink, scope, nowMs, readConfigs } = survey;
  // Images first: one that is pulled while the others are listed is not known here, and so can't go.
  const records = await imageRecords(services, signal);
  const containers = await containerRecords(services, signal);
  const present = new Map<string, number>();
  if (readConfigs) for await (const { digest, size } of allContent(services, signal)) present.set(digest, Number(size));

  for (const record of records) await stateRecord(survey, record, present, signal);
  for (const { id: key, image } of containers) {
    const id = sink.resource('container', scope, key);
    sink.exists(id, { attributes: { state: 'unknown', name: key, attempt: '0', pod: '', 'pod-uid': key } });
    sink.holds(id, `container ${key} (whether it runs is not asked here)`);
    for (const { name } of recordsOfImage(records, image))
      sink.refers(id, sink.resource('node-image', scope, name), 'uses');
  }
  const imageOf = ({ name }: ImageRecord) => sink.resource('node-image', scope, name);
  for (const [lease, held] of await imagesHeldByLeases(services, records, signal))
    for (const record of held) sink.refers(sink.resource('lease', scope, lease), imageOf(record), 'uses');
  await stateContainerd({ services, sink, scope, records, imageOf, isSandbox: () => false, nowMs }, signal);
}

async function stateRecord(
  { services, sink, scope, readConfigs }: ContainerdSurvey,
  { name, target, labels, updated_at }: ImageRecord,
  present: ReadonlyMap<string, number>,
  signal: AbortSignal,
): Promise<void> {
  const id = sink.resource('node-image', scope, name);
  const pulledAtMs = msOf(updated_at);
  const digest = target?.digest ?? '';
  const config = readConfigs ? await readConfig(services, digest, present, signal) : undefined;
  const createdAtMs = Date.parse(config?.created ?? '');
  const own = Object.entries(config?.config?.Labels ?? {}).map(([key, value]) => [`label:${key}`, String(value)]);
  sink.exists(id, {
    ...(pulledAtMs === undefined ? {} : { pushedAtMs: pulledAtMs }),
    ...(Number.isNaN(createdAtMs) ? {} : { createdAtMs }),
    attributes: {
      names: name,
      ...(readConfigs && config === undefined ? { 'labels-unread': 'yes' } : {}),
      ...Object.fromEntries(own),
    },
  });
  for (const reference of [name, digest])
    if (reference !== '') sink.refers(sink.resource('image-reference', '', reference), id, 'names');
  if (labels[PINNED] === 'pinned') sink.holds(id, 'the runtime has it pinned');
}
