import type { ImageApi, KubeObject } from '../../src/systems/cluster/contract.ts';
import { stateImages } from '../../src/systems/cluster/objects/image-api/state-images.ts';

/** OpenShift's image API in memory: versions, conflicts and all. */
export interface MemoryImageApi extends ImageApi {
  /** By kind, namespace and name: `ImageStream shop/web`, `Image sha256:…`. */
  readonly objects: Map<string, KubeObject>;
  /** Verbs that were called, in order: `updateStreamStatus shop/web`. */
  readonly calls: string[];
  /** Before each verb that changes something; what it throws is the answer. */
  onCall: (call: string) => void | Promise<void>;
  /** Somebody else changes an object; it gets a new version. */
  change(name: string, change: (object: KubeObject) => KubeObject): void;
  /** Somebody else makes or deletes one. */
  put(object: KubeObject): void;
}

export function memoryImageApi(objects: readonly KubeObject[], name: string): MemoryImageApi {
  let version = 100;
  const all = new Map<string, KubeObject>();
  const stored = (object: KubeObject): KubeObject => {
    version += 1;
    return { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } };
  };
  const put = (object: KubeObject) => void all.set(nameOf(object), stored(object));
  const called = async (call: string) => {
    api.calls.push(call);
    await api.onCall(call);
  };
  const isCurrent = (held: KubeObject, resourceVersion: string | undefined) =>
    resourceVersion === undefined || held.metadata?.resourceVersion === resourceVersion;

  const api: MemoryImageApi = {
    ...{ name, objects: all, calls: [], onCall: () => undefined, put },
    change: (key, change) => {
      const held = all.get(key);
      if (held === undefined) throw new Error(`there is no ${key}`);
      put(change(held));
    },
    source: () => ({
      name,
      survey: async (sink) => {
        await called('list');
        const statements = stateImages(sink, name);
        for (const object of all.values()) statements.object(object);
        statements.done();
      },
    }),
    registryHost: async () => 'registry.test:5000',
    stream: async (namespace, stream) => structuredClone(all.get(`ImageStream ${namespace}/${stream}`)),
    updateStreamStatus: async (stream) => {
      const key = nameOf(stream);
      await called(`updateStreamStatus ${key.replace('ImageStream ', '')}`);
      const held = all.get(key);
      if (held === undefined) return 'absent';
      if (!isCurrent(held, stream.metadata?.resourceVersion)) return 'conflict';
      put({ ...held, status: stream['status'] });
      return 'updated';
    },
    image: async (digest) => structuredClone(all.get(`Image ${digest}`)),
    deleteImage: async (digest, resourceVersion) => {
      await called(`deleteImage ${digest}`);
      const held = all.get(`Image ${digest}`);
      if (held === undefined) return 'absent';
      if (!isCurrent(held, resourceVersion)) return 'conflict';
      all.delete(`Image ${digest}`);
      return 'deleted';
    },
    createImage: async (image) => {
      await called(`createImage ${image.metadata?.name}`);
      if (all.has(nameOf(image))) return 'exists';
      put(image);
      return 'created';
    },
  };
  for (const object of objects) put(object);
  return api;
}

function nameOf({ kind, metadata }: KubeObject): string {
  const namespace = metadata?.namespace === undefined ? '' : `${metadata.namespace}/`;
  return `${kind} ${namespace}${metadata?.name}`;
}
