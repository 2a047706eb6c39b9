import type { ResourceId } from '../../../evidence/resource.ts';
import type { Sink } from '../../../evidence/sink.ts';
import type { Engine } from './engine.ts';
import {
  type EngineContainer,
  type EngineContainerDetails,
  type EngineHistory,
  type EngineImage,
  type EngineImageDetails,
  nameOf,
  realNames,
  stateOf,
  tagsOf,
} from './messages.ts';

interface DockerSurvey {
  readonly engine: Engine;
  readonly sink: Sink;
  readonly scope: string;
}

/**
 * States containers, images and their layers. Docker knows no sandboxes; a container without a pod is a pod of its own.
 *
 * @returns whether the size of every layer is known; an image of which it is not counts with all of its own
 */
export async function surveyDocker({ engine, sink, scope }: DockerSurvey, signal: AbortSignal): Promise<boolean> {
  const survey = { engine, sink, scope };
  const images = await engine.list<EngineImage>('/images/json?digests=1', signal);
  const containers = await engine.list<EngineContainer>('/containers/json?all=1', signal);
  let exact = true;
  for (const image of images) exact = (await stateImage(survey, image, signal)) && exact;
  for (const container of containers) await stateContainer(survey, container, signal);
  return exact;
}

async function stateContainer(
  { engine, sink, scope }: DockerSurvey,
  container: EngineContainer,
  signal: AbortSignal,
): Promise<void> {
  const id = sink.resource('container', scope, container.Id);
  const state = stateOf(container);
  const name = nameOf(container);
  const details = await engine.get<EngineContainerDetails>(`/containers/${container.Id}/json`, signal);
  const endedAtMs = Date.parse(details?.State.FinishedAt ?? '');
  sink.exists(id, {
    createdAtMs: container.Created * 1000,
    ...(state === 'exited' && endedAtMs > 0 ? { lastUsedAtMs: endedAtMs } : {}),
    attributes: {
      ...{ state, name, attempt: '0' },
      pod: container.Labels?.['io.kubernetes.pod.name'] ?? '',
      'pod-uid': container.Labels?.['io.kubernetes.pod.uid'] ?? container.Id,
    },
  });
  if (state !== 'exited') sink.holds(id, `container ${name} (${container.State})`);
  sink.refers(id, sink.resource('node-image', scope, container.ImageID), 'uses');
}

/** @returns whether the sizes of its layers are known */
async function stateImage(
  { engine, sink, scope }: DockerSurvey,
  { Id: key, Size: listed }: EngineImage,
  signal: AbortSignal,
): Promise<boolean> {
  const details = await engine.get<EngineImageDetails>(`/images/${key}/json`, signal);
  if (details === undefined) return true;
  const id = sink.resource('node-image', scope, key);
  const names = [...tagsOf(details), ...realNames(details.RepoDigests)];
  const { layers, exact } = await layersOf(engine, details, listed, signal);
  const pulledAtMs = Date.parse(details.Metadata?.LastTagTime ?? '');
  const labels = Object.entries(details.Config?.Labels ?? {}).map(([label, value]) => [`label:${label}`, value]);
  sink.exists(id, {
    ...(layers === undefined ? { sizeBytes: details.Size } : {}),
    createdAtMs: Date.parse(details.Created),
    ...(pulledAtMs > 0 ? { pushedAtMs: pulledAtMs } : {}),
    attributes: { names: names.join(' '), 'size-shown': String(details.Size), ...Object.fromEntries(labels) },
  });
  for (const name of names) sink.refers(sink.resource('image-reference', '', name), id, 'names');
  for (const layer of layers ?? []) {
    const snapshot = sink.resource('snapshot', scope, layer.chain);
    sink.exists(snapshot, { sizeBytes: layer.sizeBytes });
    sink.refers(id, snapshot satisfies ResourceId, 'link');
  }
  return exact;
}

interface Layer {
  /** Digests of it and all below it: a layer is stored once for each such chain. */
  readonly chain: string;
  readonly sizeBytes: number;
}

interface Layers {
  /** Undefined where the history does not tell which size is whose. */
  readonly layers: readonly Layer[] | undefined;
  readonly exact: boolean;
}

/**
 * The layers with their sizes. Where containerd has Docker's images, each lies there packed as well: an image is told to be as large as all of
 * its packed layers, and in the list as both together. How large each one is packed nobody tells: it gets its share.
 *
 * @param listed - its size as the list has it
 */
async function layersOf(
  engine: Engine,
  { Id, RootFS, Size }: EngineImageDetails,
  listed: number,
  signal: AbortSignal,
): Promise<Layers> {
  const digests = RootFS.Layers ?? [];
  const history = (await engine.get<readonly EngineHistory[]>(`/images/${Id}/history`, signal)) ?? [];
  const told = history.map(({ Size: sizeBytes }) => sizeBytes).reverse();
  // Steps that made no layer are of no size; a layer may be of none, too, where every step made one.
  const sizes = told.length === digests.length ? told : told.filter((sizeBytes) => sizeBytes > 0);
  const unpacked = sizes.reduce((sum, one) => sum + one, 0);
  const exact = unpacked === Size;
  if (sizes.length !== digests.length || !(exact || (unpacked > 0 && unpacked + Size === listed)))
    return { layers: undefined, exact: false };
  const share = exact ? 1 : listed / unpacked;
  const layers = sizes.map((sizeBytes, index) => ({
    chain: digests.slice(0, index + 1).join(' '),
    sizeBytes: Math.round(sizeBytes * share),
  }));
  return { layers, exact };
}
