/*
 * What `oc adm prune images` decides, as a straightforward program would decide it: all objects in memory, maps and counters. It shares no
 * code with Winnow, so that the two can be compared. It has oc's faults, too (docs/decisions/0021): it is a peer, not a judge.
 */

/** An object of the API, or nothing in particular. */
// biome-ignore lint/suspicious/noExplicitAny: it looks at foreign objects as a script would
type Any = any;

export interface OcOptions {
  readonly all: boolean;
  readonly keepYoungerThanMs: number;
  readonly keepTagRevisions: number;
  readonly pruneOverSizeLimit: boolean;
  readonly namespace?: string;
  readonly nowMs: number;
}

/** What it would remove: `shop/web:latest[3]@sha256:…`, `shop/web@sha256:…`, digests. */
export interface OcRemoved {
  readonly streamItems: string[];
  readonly layerLinks: string[];
  readonly manifestLinks: string[];
  readonly blobs: string[];
  readonly images: string[];
}

export function ocModel(objects: Iterable<Any>, options: OcOptions): OcRemoved {
  const images = new Map<string, Any>();
  const streams: Any[] = [];
  const limits = new Map<string, number[]>();
  const digests = new Set<string>();
  const tags = new Set<string>();
  for (const object of objects) {
    const { kind, metadata } = object;
    if (kind === 'Image') images.set(metadata.name, object);
    else if (kind === 'ImageStream') streams.push(object);
    else if (kind === 'LimitRange') noteLimits(object, limits);
    else noteUses(object, options, digests, tags);
  }
  const removed: OcRemoved = { streamItems: [], layerLinks: [], manifestLinks: [], blobs: [], images: [] };
  const used = new Set<string>();
  const keep = (digest: string) => {
    used.add(digest);
    for (const child of images.get(digest)?.dockerImageManifests ?? []) used.add(child.digest);
  };
  for (const stream of streams) pruneStream(stream, { images, limits, digests, tags, options, removed, keep });
  if (options.namespace === undefined) pruneImages(images, used, options, removed);
  return removed;
}

interface Known {
  readonly images: Map<string, Any>;
  readonly limits: Map<string, number[]>;
  readonly digests: Set<string>;
  readonly tags: Set<string>;
  readonly options: OcOptions;
  readonly removed: OcRemoved;
  keep(digest: string): void;
}

function pruneStream(stream: Any, known: Known): void {
  const { images, options, removed, limits, digests, tags, keep } = known;
  const { namespace, name, creationTimestamp } = stream.metadata;
  const path = `${namespace}/${name}`;
  const isYoung = (time: string) =>
    !options.pruneOverSizeLimit && Date.parse(time) > options.nowMs - options.keepYoungerThanMs;
  const all = (stream.status?.tags ?? []) as Any[];
  if ((options.namespace !== undefined && namespace !== options.namespace) || isYoung(creationTimestamp)) {
    for (const { items } of all) for (const { image } of items) keep(image);
    return;
  }
  const counts = new Map<string, number>();
  const count = (key: string, by: number) => counts.set(key, (counts.get(key) ?? 0) + by);
  const parts = (digest: string) => (images.has(digest) ? new Set(blobsOf(images.get(digest))) : new Set<string>());
  for (const { items } of all)
    for (const { image } of items) {
      if (!images.has(image)) continue;
      count(`manifest ${image}`, 1);
      for (const blob of parts(image)) count(`blob ${blob}`, 1);
    }
  for (const { tag, items } of all)
    for (const [index, item] of (items as Any[]).entries()) {
      const image = images.get(item.image);
      const stays =
        isYoung(item.created) ||
        (index === 0 && tags.has(`${path}:${tag}`)) ||
        (image !== undefined &&
          (digests.has(`${path}@${item.image}`) ||
            (options.pruneOverSizeLimit
              ? !(limits.get(namespace) ?? []).some((limit) => (image.dockerImageMetadata?.Size ?? 0) > limit)
              : index < options.keepTagRevisions)));
      if (stays) {
        keep(item.image);
        continue;
      }
      removed.streamItems.push(`${path}:${tag}[${index}]@${item.image}`);
      if (image === undefined) continue;
      count(`manifest ${item.image}`, -1);
      for (const blob of parts(item.image)) count(`blob ${blob}`, -1);
    }
  for (const [key, left] of counts) {
    if (left > 0) continue;
    const [kind, digest] = key.split(' ');
    (kind === 'manifest' ? removed.manifestLinks : removed.layerLinks).push(`${path}@${digest}`);
  }
}

function pruneImages(images: Map<string, Any>, used: Set<string>, options: OcOptions, removed: OcRemoved): void {
  const counts = new Map<string, number>();
  for (const image of images.values())
    for (const blob of new Set(blobsOf(image))) counts.set(blob, (counts.get(blob) ?? 0) + 1);
  for (const [digest, image] of images) {
    const { annotations, creationTimestamp } = image.metadata;
    if (used.has(digest)) continue;
    if (!options.all && annotations?.['openshift.io/image.managed'] !== 'true') continue;
    if (!options.pruneOverSizeLimit && Date.parse(creationTimestamp) > options.nowMs - options.keepYoungerThanMs)
      continue;
    for (const blob of new Set(blobsOf(image))) {
      const left = (counts.get(blob) as number) - 1;
      counts.set(blob, left);
      if (left === 0) removed.blobs.push(blob);
    }
    removed.blobs.push(digest);
    removed.images.push(digest);
  }
}

/** Layers, and the config of the formats that have one. */
function blobsOf(image: Any): string[] {
  const layers = ((image.dockerImageLayers ?? []) as Any[]).map(({ name }) => name as string);
  const hasConfig = /(distribution\.manifest\.v2|image\.manifest\.v1)\+json$/.test(image.dockerImageManifestMediaType);
  return hasConfig ? [...layers, image.dockerImageMetadata.Id] : layers;
}

function noteLimits({ metadata, spec }: Any, limits: Map<string, number[]>): void {
  for (const { type, max } of spec.limits)
    if (type === 'openshift.io/Image' && max?.storage !== undefined)
      limits.set(metadata.namespace, [...(limits.get(metadata.namespace) ?? []), Number(max.storage)]);
}

function noteUses(object: Any, options: OcOptions, digests: Set<string>, tags: Set<string>): void {
  const { kind, spec, status, metadata } = object;
  if (kind === 'Pod' && status.phase !== 'Running' && status.phase !== 'Pending') {
    if (Date.parse(metadata.creationTimestamp) <= options.nowMs - options.keepYoungerThanMs) return;
  }
  const podSpec =
    kind === 'Pod' ? spec : kind === 'CronJob' ? spec.jobTemplate.spec.template.spec : spec?.template?.spec;
  for (const { image } of [...(podSpec?.initContainers ?? []), ...(podSpec?.containers ?? [])])
    noteName(image, digests, tags);
}

/** `host/namespace/name`, with a digest or a tag; whatever has fewer or more parts counts for nothing. */
function noteName(text: string, digests: Set<string>, tags: Set<string>): void {
  const match = /^[^/]*[.:][^/]*\/([^/:@]+\/[^/:@]+)(?::([^@]+))?(?:@(.+))?$/.exec(text);
  if (match === null) return;
  const [, path, tag, digest] = match;
  if (digest !== undefined) digests.add(`${path}@${digest}`);
  else tags.add(`${path}:${tag ?? 'latest'}`);
}
