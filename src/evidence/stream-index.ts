import type { Digest } from '../oci/digest.ts';
import { type Adjacency, adjacency } from './adjacency.ts';
import type { Evidence } from './evidence.ts';
import { mightMean } from './might-mean.ts';
import type { ResourceId } from './resource.ts';
import { parseStreamItemKey, streamIn } from './stream-item.ts';
import type { StreamReference } from './stream-reference.ts';

/** Finds what names of images mean among the streams and Images of an API, as they were stated when it was made. */
export class StreamIndex {
  readonly #evidence: Evidence;
  readonly #apiName: string;
  readonly #keepIndex: boolean;
  /** Items that name an image. */
  readonly #itemsOf: Adjacency;
  /** Indexes that list an image. */
  readonly #indexesOf: Adjacency;
  /** Images that have a config. */
  readonly #imagesWithConfig: Adjacency;
  /** Links of repositories to an Image's manifest. */
  readonly #links = new Map<ResourceId, ResourceId[]>();
  /** The newest item of each tag: `shop/web:latest`. */
  readonly #newest = new Map<string, ResourceId>();
  /** All items of each stream: `shop/web`. */
  readonly #streams = new Map<string, ResourceId[]>();

  /** @param keepIndex - who uses one image of an index keeps all indexes that list it. */
  constructor(evidence: Evidence, apiName: string, keepIndex: boolean) {
    const { resources, edges } = evidence;
    const { size } = resources;
    this.#evidence = evidence;
    this.#apiName = apiName;
    this.#keepIndex = keepIndex;
    this.#itemsOf = adjacency(size, edges, ['names'], 'backward', (from) => resources.kind(from) === 'stream-item');
    this.#indexesOf = adjacency(size, edges, ['child'], 'backward', (from) => resources.kind(from) === 'image-object');
    this.#imagesWithConfig = adjacency(size, edges, ['config'], 'backward');
    for (let id = 0; id < size; id += 1) {
      if (!evidence.exists(id)) continue;
      const kind = resources.kind(id);
      if (kind === 'revision-link') {
        const image = resources.find('image-object', apiName, resources.key(id));
        if (image !== undefined) addTo(this.#links, image, id);
      }
      if (kind !== 'stream-item') continue;
      const stream = streamIn(resources.scope(id));
      addTo(this.#streams, stream, id);
      const name = parseStreamItemKey(resources.key(id));
      if (name?.index === 0) this.#newest.set(`${stream}:${name.tag}`, id);
    }
  }

  /** @param namespaces - of those who use it: what a name without one is looked for in. */
  find(reference: StreamReference, namespaces: ReadonlySet<string>): ReadonlySet<ResourceId> {
    const found = new Set<ResourceId>();
    const { stream, localName, tag, digest } = reference;
    if (digest !== undefined) this.#addDigest(found, digest, stream === undefined && localName === undefined);
    const streams = stream === undefined ? [...namespaces].map((one) => `${one}/${localName}`) : [stream];
    for (const one of tag === undefined ? [] : streams) {
      const item = this.#newest.get(`${one}:${tag}`);
      if (item !== undefined) found.add(item);
    }
    return found;
  }

  /** All items of every stream, and all Images, that a text might mean. */
  mightMean(text: string, namespaces: ReadonlySet<string>): ReadonlySet<ResourceId> {
    const { resources, exists } = this.#evidence;
    const found = new Set<ResourceId>();
    const means = mightMean(text);
    for (const [stream, items] of this.#streams) {
      const [namespace = '', name = ''] = stream.split('/');
      if (!means.repository(stream) && !(namespaces.has(namespace) && means.repository(name))) continue;
      for (const item of items) found.add(item);
    }
    if (!means.namesDigests) return found;
    for (let id = 0; id < resources.size; id += 1)
      if (resources.kind(id) === 'image-object' && exists(id) && means.digest(resources.key(id)))
        this.#addDigest(found, resources.key(id) as Digest, false);
    return found;
  }

  /** The image, all items on it, all links to it; so for the indexes that list it. */
  #addDigest(found: Set<ResourceId>, digest: Digest, orConfig: boolean): void {
    const { resources } = this.#evidence;
    const first = resources.find('image-object', this.#apiName, digest);
    const config = orConfig ? resources.find('blob', this.#apiName, digest) : undefined;
    const open = [
      ...(first === undefined ? [] : [first]),
      ...(config === undefined ? [] : this.#imagesWithConfig(config)),
    ];
    const seen = new Set(open);
    for (let image = open.pop(); image !== undefined; image = open.pop()) {
      found.add(image);
      for (const item of this.#itemsOf(image)) found.add(item);
      for (const link of this.#links.get(image) ?? []) found.add(link);
      for (const index of this.#keepIndex ? this.#indexesOf(image) : []) {
        if (seen.has(index)) continue;
        seen.add(index);
        open.push(index);
      }
    }
  }
}

function addTo<Key>(map: Map<Key, ResourceId[]>, key: Key, id: ResourceId): void {
  const ids = map.get(key);
  if (ids === undefined) map.set(key, [id]);
  else ids.push(id);
}
