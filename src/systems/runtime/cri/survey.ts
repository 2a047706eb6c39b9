import type { ResourceId } from '../../../evidence/resource.ts';
import type { Sink } from '../../../evidence/sink.ts';
import type { RuntimeSurveyOptions } from '../contract.ts';
import { stateContainerd } from '../grpc/containerd-facts.ts';
import { imageRecords } from '../grpc/containerd-listing.ts';
import { type ContainerdServices, type ImageRecord, msOf } from '../grpc/containerd-services.ts';
import type { CriClient } from './cri-client.ts';
import { type ImageNames, imageNames, imagesOf } from './image-names.ts';
import {
  type CriContainer,
  type CriContainerStatus,
  type CriImage,
  type CriImageStatus,
  type CriSandbox,
  type CriVerbose,
  timeOf,
  verbose,
  volumeImages,
} from './messages.ts';

export interface CriSurvey extends RuntimeSurveyOptions {
  readonly cri: CriClient;
  /** Where the socket is containerd's. */
  readonly containerd: ContainerdServices | undefined;
  readonly scope: string;
  readonly sink: Sink;
  readonly nowMs: number;
}

/** States all that a runtime shows. @throws when a list can't be had: then nothing at all is known to be unused */
export async function surveyCri(survey: CriSurvey, signal: AbortSignal): Promise<void> {
  const { cri, containerd, sink, scope } = survey;
  // Images first: one that is pulled while the others are listed is not known here, and so can't go.
  const images = await cri.listImages(signal);
  const records = containerd === undefined ? [] : await imageRecords(containerd, signal);
  const sandboxes = await cri.listSandboxes(signal);
  const containers = await cri.listContainers(signal);
  const names = imageNames(images);

  for (const image of images) await stateImage(survey, image, records, signal);
  for (const sandbox of sandboxes) await stateSandbox(survey, sandbox, names, signal);
  const podOf = new Map(sandboxes.map((one) => [one.id, podName(one)]));
  for (const container of containers)
    await stateContainer(survey, container, { names, pod: podOf.get(container.pod_sandbox_id) ?? '' }, signal);
  await holdSandboxImage(survey, names, signal);
  if (containerd === undefined) return;
  const isSandbox = new Set(sandboxes.map(({ id }) => id));
  const imageOf = ({ name }: ImageRecord) => sink.resource('node-image', scope, names.find(name)[0] ?? name);
  for (const record of records) {
    if (names.find(record.name).length > 0) continue;
    // containerd has it and CRI does not show it: it can't go by CRI's verbs, and keeps its content.
    const id = imageOf(record);
    sink.exists(id, {});
    sink.holds(id, 'only containerd knows it');
  }
  await stateContainerd(
    { services: containerd, sink, scope, records, imageOf, isSandbox: (id) => isSandbox.has(id), nowMs: survey.nowMs },
    signal,
  );
}

async function stateImage(
  survey: CriSurvey,
  image: CriImage,
  records: readonly ImageRecord[],
  signal: AbortSignal,
): Promise<void> {
  const { sink, scope } = survey;
  const id = imageId(survey, image.id);
  const names = [...image.repo_tags, ...image.repo_digests];
  const own = new Set([image.id, ...names]);
  const pulls = records.filter(({ name }) => own.has(name)).map(({ updated_at }) => msOf(updated_at));
  const pulledAtMs = pulls.reduce((latest, at) => (at !== undefined && at > (latest ?? 0) ? at : latest), undefined);
  const config = survey.readConfigs ? await configOf(survey, image, signal) : {};
  sink.exists(id, {
    // Where content can be seen, what is freed is counted there.
    ...(survey.containerd === undefined ? { sizeBytes: Number(image.size) } : {}),
    ...(pulledAtMs === undefined ? {} : { pushedAtMs: pulledAtMs }),
    ...(config.createdAtMs === undefined ? {} : { createdAtMs: config.createdAtMs }),
    attributes: { names: names.join(' '), 'size-shown': image.size, ...config.labels },
  });
  for (const name of names) sink.refers(sink.resource('image-reference', '', name), id, 'names');
  if (image.pinned) sink.holds(id, 'the runtime has it pinned');
  // The names in the scope of the node: `why` can walk to them.
  sink.refers(sink.resource('image-reference', scope, image.id), id, 'names');
}

async function configOf(
  { cri }: CriSurvey,
  { id }: CriImage,
  signal: AbortSignal,
): Promise<{ readonly createdAtMs?: number; readonly labels?: Readonly<Record<string, string>> }> {
  const reply = await cri.images.call<CriImageStatus>('ImageStatus', { image: { image: id }, verbose: true }, signal);
  const spec = reply === undefined ? undefined : (verbose(reply, 'info')?.['imageSpec'] as ImageSpec | undefined);
  // Who asks for images without a label is not to get those of which nothing is known.
  if (spec === undefined) return { labels: { 'labels-unread': 'yes' } };
  const createdAtMs = Date.parse(spec.created ?? '');
  const labels = Object.entries(spec.config?.Labels ?? {}).map(([key, value]) => [`label:${key}`, String(value)]);
  return {
    ...(Number.isNaN(createdAtMs) ? {} : { createdAtMs }),
    labels: Object.fromEntries(labels),
  };
}

/** The part of an image's config that containerd tells verbosely. */
interface ImageSpec {
  readonly created?: string;
  readonly config?: { readonly Labels?: Readonly<Record<string, unknown>> | null };
}

async function stateSandbox(
  { cri, sink, scope }: CriSurvey,
  sandbox: CriSandbox,
  names: ImageNames,
  signal: AbortSignal,
): Promise<void> {
  const id = sink.resource('sandbox', scope, sandbox.id);
  const { metadata } = sandbox;
  const pod = podName(sandbox);
  const createdAtMs = timeOf(sandbox.created_at);
  const state = sandbox.state === 'SANDBOX_READY' ? 'ready' : 'not-ready';
  sink.exists(id, {
    ...(createdAtMs === undefined ? {} : { createdAtMs }),
    attributes: { state, pod, 'pod-uid': metadata?.uid ?? '', attempt: String(metadata?.attempt ?? 0) },
  });
  if (state === 'ready') sink.holds(id, `the sandbox of pod ${pod} is ready`);
  const reply = await cri.runtime.call<CriVerbose>(
    'PodSandboxStatus',
    { pod_sandbox_id: sandbox.id, verbose: true },
    signal,
  );
  const image = reply === undefined ? undefined : verbose(reply, 'info')?.['image'];
  if (typeof image !== 'string') return;
  for (const found of names.find(image)) {
    sink.refers(id, sink.resource('node-image', scope, found), 'uses');
    sink.holds(sink.resource('node-image', scope, found), 'sandboxes are made from it');
  }
}

/** `shop/web-1`. */
function podName({ metadata }: CriSandbox): string {
  return `${metadata?.namespace ?? '?'}/${metadata?.name ?? '?'}`;
}

const states = {
  CONTAINER_CREATED: 'created',
  CONTAINER_RUNNING: 'running',
  CONTAINER_EXITED: 'exited',
  CONTAINER_UNKNOWN: 'unknown',
} as const;

async function stateContainer(
  survey: CriSurvey,
  container: CriContainer,
  { names, pod }: { readonly names: ImageNames; readonly pod: string },
  signal: AbortSignal,
): Promise<void> {
  const { cri, sink, scope } = survey;
  const id = sink.resource('container', scope, container.id);
  const { labels, metadata } = container;
  const state = states[container.state];
  const name = metadata?.name ?? container.id.slice(0, 12);
  const createdAtMs = timeOf(container.created_at);
  const reply = await cri.runtime.call<CriContainerStatus>('ContainerStatus', { container_id: container.id }, signal);
  const endedAtMs = timeOf(reply?.status?.finished_at ?? '0');
  sink.exists(id, {
    ...(createdAtMs === undefined ? {} : { createdAtMs }),
    ...(endedAtMs === undefined ? {} : { lastUsedAtMs: endedAtMs }),
    attributes: {
      ...{ state, name, pod, attempt: String(metadata?.attempt ?? 0) },
      'pod-uid': labels['io.kubernetes.pod.uid'] ?? '',
    },
  });
  if (state !== 'exited') sink.holds(id, `container ${name} of pod ${pod} (${state})`);
  sink.refers(id, sink.resource('sandbox', scope, container.pod_sandbox_id), 'uses');
  for (const image of [...imagesOf(container, names), ...volumeImages(reply).flatMap(names.find)])
    sink.refers(id, imageId(survey, image), 'uses');
}

/** containerd before 1.6.22 and 1.7.3 pins the sandbox image nowhere: without it no pod starts while the registry is away. */
async function holdSandboxImage(
  { cri, sink, scope }: CriSurvey,
  names: ImageNames,
  signal: AbortSignal,
): Promise<void> {
  const reply = await cri.runtime.call<CriVerbose>('Status', { verbose: true }, signal);
  const image = reply === undefined ? undefined : verbose(reply, 'config')?.['sandboxImage'];
  if (typeof image !== 'string') return;
  for (const id of names.find(image)) sink.holds(sink.resource('node-image', scope, id), 'sandboxes are made from it');
}

function imageId({ sink, scope }: CriSurvey, id: string): ResourceId {
  return sink.resource('node-image', scope, id);
}
