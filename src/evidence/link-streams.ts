import { parseReferrerTag } from '../oci/referrer-tag.ts';
import { type Adjacency, adjacency } from './adjacency.ts';
import type { Evidence } from './evidence.ts';
import type { ResourceId } from './resource.ts';
import type { Sink } from './sink.ts';
import { parseStreamItemKey } from './stream-item.ts';

/**
 * States what the items of image streams mean for the registry behind them, once all Images and streams were stated in any order:
 *
 * - a repository has a link to the manifest of each item whose Image is there, to what an index of them lists, and to all their blobs;
 * - a tag that is named for another image (cosign's, or the fallback of referrers) stays and goes with that image;
 * - an Image that can't be read may name more than it tells: configs, or anything.
 */
export function linkStreams(evidence: Evidence, sink: Sink, apiName: string): void {
  const { resources } = evidence;
  const size = resources.size;
  const { edges } = evidence;
  const items = namedItems(evidence, size);
  const blobs = adjacency(size, edges, ['layer', 'config'], 'forward');
  const children = adjacency(size, edges, ['child'], 'forward');
  const links = new LinkStatements(evidence, sink, blobs, children);
  const imageOf = adjacency(size, edges, ['names'], 'forward');
  for (const item of items) {
    for (const image of imageOf(item)) {
      const link = evidence.exists(image) ? links.of(resources.scope(item), image) : undefined;
      if (link !== undefined) sink.refers(item, link, 'link');
    }
    const name = parseStreamItemKey(resources.key(item));
    const subject = name === undefined ? undefined : parseReferrerTag(name.tag)?.subject;
    const image = subject === undefined ? undefined : resources.find('image-object', apiName, subject);
    if (image !== undefined && evidence.exists(image)) sink.refers(item, image, 'referrer-tag');
  }
  pinWhatOpaqueImagesMayName(evidence, sink, apiName, size, links);
}

function namedItems({ resources, exists }: Evidence, size: number): readonly ResourceId[] {
  const items: ResourceId[] = [];
  for (let id = 0; id < size; id += 1) if (resources.kind(id) === 'stream-item' && exists(id)) items.push(id);
  return items;
}

/** The links of repositories, each stated once. */
class LinkStatements {
  readonly #evidence: Evidence;
  readonly #sink: Sink;
  readonly #blobs: Adjacency;
  readonly #children: Adjacency;
  readonly #stated = new Set<ResourceId>();
  /** Of the repository that was looked at last: its link to each blob. Most images of a repository share most of their layers. */
  readonly #layers = new Map<ResourceId, ResourceId>();
  #scope = '';

  constructor(evidence: Evidence, sink: Sink, blobs: Adjacency, children: Adjacency) {
    this.#evidence = evidence;
    this.#sink = sink;
    this.#blobs = blobs;
    this.#children = children;
  }

  /** All links to manifests. */
  get stated(): ReadonlySet<ResourceId> {
    return this.#stated;
  }

  /** The link of a repository to an image's manifest; with it, those to all that hangs on it. */
  of(scope: string, image: ResourceId): ResourceId {
    const { resources, exists } = this.#evidence;
    const sink = this.#sink;
    const linkTo = (one: ResourceId) => resources.addNamedAs('revision-link', scope, one);
    const first = linkTo(image);
    const open = [image];
    for (let one = open.pop(); one !== undefined; one = open.pop()) {
      const link = linkTo(one);
      if (this.#stated.has(link)) continue;
      this.#stated.add(link);
      sink.exists(link, {});
      for (const blob of this.#blobs(one)) {
        sink.refers(link, this.#linkToBlob(scope, blob), 'layer');
      }
      for (const child of this.#children(one)) {
        if (!exists(child)) continue;
        open.push(child);
        sink.refers(link, linkTo(child), 'child');
      }
    }
    return first;
  }

  #linkToBlob(scope: string, blob: ResourceId): ResourceId {
    if (scope !== this.#scope) this.#layers.clear();
    this.#scope = scope;
    let link = this.#layers.get(blob);
    if (link === undefined) {
      link = this.#evidence.resources.addNamedAs('layer-link', scope, blob);
      this.#sink.exists(link, {});
      this.#layers.set(blob, link);
    }
    return link;
  }
}

/** One thing of each sort stands for all that may be meant, so that many opaque images cost no more than one. */
function pinWhatOpaqueImagesMayName(
  evidence: Evidence,
  sink: Sink,
  apiName: string,
  size: number,
  links: LinkStatements,
): void {
  const { resources, edges } = evidence;
  const opaque: { readonly image: ResourceId; readonly mayName: string }[] = [];
  for (let id = 0; id < size; id += 1) {
    if (resources.kind(id) !== 'image-object' || !evidence.exists(id)) continue;
    const mayName = evidence.about(id).attributes?.['may-name'];
    if (mayName !== undefined) opaque.push({ image: id, mayName });
  }
  if (opaque.length === 0) return;

  const configs = sink.resource('blob', apiName, 'any config');
  const anything = sink.resource('image-object', apiName, 'any image');
  for (const { image, mayName } of opaque) sink.refers(image, mayName === 'configs' ? configs : anything, 'opaque');
  const configOf = adjacency(size, edges, ['config'], 'forward');
  for (let id = 0; id < size; id += 1) {
    if (resources.kind(id) !== 'image-object' || !evidence.exists(id)) continue;
    sink.refers(anything, id, 'opaque');
    for (const config of configOf(id)) sink.refers(configs, config, 'opaque');
  }
  const keyOf = new Set(opaque.map(({ image }) => resources.key(image)));
  const inRepository = new Map<number, ResourceId>();
  for (const link of links.stated)
    if (keyOf.has(resources.key(link))) inRepository.set(resources.scopeNumber(link), link);
  const last = resources.size;
  for (let id = 0; id < last; id += 1) {
    const kind = resources.kind(id);
    const link = inRepository.get(resources.scopeNumber(id));
    if (link !== undefined && link !== id && (kind === 'revision-link' || kind === 'layer-link'))
      sink.refers(link, id, 'opaque');
  }
}
