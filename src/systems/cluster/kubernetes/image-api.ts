import type { Sink } from '../../../evidence/sink.ts';
import type { KubeApi } from '../../../util/kubernetes/kube-api.ts';
import { KubeError } from '../../../util/kubernetes/kube-error.ts';
import type { ImageApi, ImageApiReader, KubeObject } from '../contract.ts';
import { stateImages } from '../objects/image-api/state-images.ts';
import { findRegistryHost } from '../objects/registry-host.ts';
import { codedFailure, type Deed, hintFor } from './failure-words.ts';
import { discoverKinds } from './served-kinds.ts';

const GROUP = 'image.openshift.io';
const API = `/apis/${GROUP}/v1`;

/**
 * Images before streams: what is tagged meanwhile is seen then, while an image that comes meanwhile is too young to go anyhow.
 */
const LISTS: readonly { readonly path: string; readonly deed: Deed }[] = [
  { path: '/api/v1/limitranges', deed: { group: '', resource: 'limitranges', verb: 'list' } },
  { path: `${API}/images`, deed: { group: GROUP, resource: 'images', verb: 'list' } },
  { path: `${API}/imagestreams`, deed: { group: GROUP, resource: 'imagestreams', verb: 'list' } },
];

/** @returns undefined where the cluster has none. @throws CLUSTER_… where that can't be told */
export async function openImageApi(api: KubeApi, signal: AbortSignal): Promise<ImageApi | undefined> {
  const deed: Deed = { group: GROUP, resource: 'imagestreams', verb: 'list' };
  const served = await coded('asking for the image API', deed, () => discoverKinds(api, new Set([GROUP]), signal));
  const isThere = served.versionsOf(GROUP, 'ImageStream').some(({ version }) => version === 'v1');
  const unknown = served.unknown(GROUP);
  if (unknown !== undefined && !isThere) throw codedFailure(unknown, 'asking for the image API', deed);
  return isThere ? { ...reader(api), ...writer(api) } : undefined;
}

function reader(api: KubeApi): ImageApiReader {
  const name = `openshift:${new URL(api.server).host}`;
  return {
    name,
    source: (onProgress) => ({ name, survey: (sink, signal) => survey(api, name, onProgress, sink, signal) }),
    registryHost: async (signal) => {
      const finder = findRegistryHost();
      for (const { path, deed } of LISTS.slice(1)) {
        await coded(`listing ${deed.resource}`, deed, async () => {
          for await (const object of api.list(path, {}, signal)) finder.object(object as KubeObject);
        });
        // Streams are asked only where no image tells.
        if (finder.host() !== undefined) break;
      }
      return finder.host();
    },
  };
}

/** A list that fails, hides what there is and what names what in all of the API. */
async function survey(
  api: KubeApi,
  name: string,
  onProgress: ((objects: number) => void) | undefined,
  sink: Sink,
  signal: AbortSignal,
): Promise<void> {
  const statements = stateImages(sink, name);
  let count = 0;
  for (const { path, deed } of LISTS) {
    try {
      for await (const object of api.list(path, {}, signal)) {
        statements.object(object as KubeObject);
        count += 1;
        if (count % 500 === 0) onProgress?.(count);
      }
    } catch (error) {
      if (!(error instanceof KubeError)) throw error;
      const cause = `listing ${deed.resource}: ${error.message}`;
      for (const hides of ['existence', 'references'] as const)
        sink.gap({ scope: name, hides, source: name, cause, hint: hintFor(error, deed) });
    }
  }
  statements.done();
  onProgress?.(count);
}

type Writer = Omit<ImageApi, keyof ImageApiReader>;

function writer(api: KubeApi): Writer {
  const imagePath = (digest: string) => `${API}/images/${encodeURIComponent(digest)}`;
  return {
    stream: (namespace, name, signal) =>
      answered(
        `reading image stream ${namespace}/${name}`,
        { group: GROUP, resource: 'imagestreams', verb: 'get' },
        { NotFound: undefined },
        () => api.get(streamPath(namespace, name), signal),
      ),
    updateStreamStatus: (stream, signal) => {
      const { namespace = '', name = '' } = stream.metadata ?? {};
      const deed: Deed = { group: GROUP, resource: 'imagestreams/status', verb: 'update' };
      const others = { Conflict: 'conflict', NotFound: 'absent' } as const;
      return answered(`updating image stream ${namespace}/${name}`, deed, others, async () => {
        await api.put(`${streamPath(namespace, name)}/status`, stream, signal);
        return 'updated' as const;
      });
    },
    image: (digest, signal) =>
      answered(
        `reading image ${digest}`,
        { group: GROUP, resource: 'images', verb: 'get' },
        { NotFound: undefined },
        () => api.get(imagePath(digest), signal),
      ),
    deleteImage: (digest, resourceVersion, signal) => {
      const deed: Deed = { group: GROUP, resource: 'images', verb: 'delete' };
      const others = { Conflict: 'conflict', NotFound: 'absent' } as const;
      return answered(`deleting image ${digest}`, deed, others, async () => {
        await api.delete(imagePath(digest), resourceVersion === undefined ? {} : { resourceVersion }, signal);
        return 'deleted' as const;
      });
    },
    createImage: (image, signal) => {
      const deed: Deed = { group: GROUP, resource: 'images', verb: 'create' };
      return answered(
        `creating image ${image.metadata?.name}`,
        deed,
        { AlreadyExists: 'exists' } as const,
        async () => {
          await api.post(`${API}/images`, asNew(image), signal);
          return 'created' as const;
        },
      );
    },
  };
}

const streamPath = (namespace: string, name: string) =>
  `${API}/namespaces/${encodeURIComponent(namespace)}/imagestreams/${encodeURIComponent(name)}`;

/** Without what the server gives an object when it makes it. */
function asNew({ metadata, ...rest }: KubeObject): KubeObject {
  const { name, labels, annotations } = metadata ?? {};
  const kept = Object.entries({ name, labels, annotations }).filter(([, value]) => value !== undefined);
  return { ...rest, apiVersion: `${GROUP}/v1`, kind: 'Image', metadata: Object.fromEntries(kept) };
}

/** What refusals mean that are answers, by the server's word for them. @throws CLUSTER_… for all else */
async function answered<T, Other>(
  doing: string,
  deed: Deed,
  others: Readonly<Record<string, Other>>,
  work: () => Promise<T>,
): Promise<T | Other> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof KubeError)) throw error;
    const reason = error.reason ?? '';
    if (error.failure === 'refused' && Object.hasOwn(others, reason)) return others[reason] as Other;
    throw codedFailure(error, doing, deed);
  }
}

function coded<T>(doing: string, deed: Deed, work: () => Promise<T>): Promise<T> {
  return answered<T, T>(doing, deed, {}, work);
}
