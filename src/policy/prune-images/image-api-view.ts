import type { ResourceId } from '../../evidence/resource.ts';
import { streamIn } from '../../evidence/stream-item.ts';
import { keptBy } from '../../graph/graph.ts';
import type { View } from '../view.ts';

/** An image stream as far as rules look at it. */
export interface StreamView {
  readonly namespace: string;
  /** Absent: nothing tells. */
  readonly createdAtMs?: number;
  /** The smallest limit of its project, if there is any. */
  readonly maxImageBytes?: number;
}

/** What rules ask of the things of an image API. */
export interface ImageApiView {
  streamOf(item: ResourceId): StreamView;
  /** The Image that an item names, if it is there. */
  imageOf(item: ResourceId): ResourceId | undefined;
  /** Whether there is an Image of this digest. */
  isThere(digest: string | undefined): boolean;
  /** Whether any item of a history names the Image. */
  isListed(image: ResourceId): boolean;
  /** Why an Image can't be read; undefined: it can. */
  opaqueBecause(image: ResourceId): string | undefined;
  isManaged(image: ResourceId): boolean;
}

export function imageApiView({ evidence, graph, keepers }: View): ImageApiView {
  const { resources } = evidence;
  const streams = new Map<number, StreamView>();
  const attributesOf = (image: ResourceId) => evidence.about(image).attributes;
  const images = imagesByDigest();
  return {
    streamOf: (item) => {
      const scope = resources.scopeNumber(item);
      const stream = streams.get(scope) ?? readStream(resources.scope(item));
      streams.set(scope, stream);
      return stream;
    },
    imageOf: (item) => {
      for (const { id, as } of keptBy(graph, item)) if (as === 'names' && evidence.exists(id)) return id;
      return undefined;
    },
    isThere: (digest) => digest !== undefined && images().has(digest),
    isListed: (image) => {
      for (const { id, as } of keptBy(keepers, image))
        if (as === 'names' && resources.kind(id) === 'stream-item' && evidence.exists(id)) return true;
      return false;
    },
    opaqueBecause: (image) => attributesOf(image)?.['opaque'],
    isManaged: (image) => attributesOf(image)?.['annotation:openshift.io/image.managed'] === 'true',
  };

  function readStream(scope: string): StreamView {
    const name = streamIn(scope);
    const repository = resources.find('repository', scope.slice(0, -name.length - 1), name);
    const about = repository === undefined ? {} : evidence.about(repository);
    const limit = about.attributes?.['max-image-bytes'];
    return {
      namespace: name.slice(0, name.indexOf('/')),
      ...(about.createdAtMs === undefined ? {} : { createdAtMs: about.createdAtMs }),
      ...(limit === undefined ? {} : { maxImageBytes: Number(limit) }),
    };
  }

  /** Made at the first question: few ask. */
  function imagesByDigest(): () => ReadonlySet<string> {
    let found: Set<string> | undefined;
    return () => {
      if (found !== undefined) return found;
      found = new Set();
      for (let id = 0; id < resources.size; id += 1)
        if (resources.kind(id) === 'image-object' && evidence.exists(id)) found.add(resources.key(id));
      return found;
    };
  }
}
