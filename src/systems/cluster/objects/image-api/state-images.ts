import type { ResourceId } from '../../../../evidence/resource.ts';
import type { About, Sink } from '../../../../evidence/sink.ts';
import { streamItemKey } from '../../../../evidence/stream-item.ts';
import { isDigest } from '../../../../oci/digest.ts';
import type { KubeObject } from '../../contract.ts';
import { objectTimeMs } from './object-time.ts';
import { type ImageReading, type Opaque, readImage } from './read-image.ts';
import { readImageLimit } from './read-limit-range.ts';
import { readHistory } from './read-stream.ts';

/** Takes the objects of an image API one by one, in any order, and states what they say. */
export interface ImageStatements {
  /** Whatever is no Image, ImageStream or LimitRange is passed over. */
  object(object: KubeObject): void;
  /** After the last object: states what takes objects of several kinds. */
  done(): void;
}

/**
 * States Images, ImageStreams and LimitRanges: what there is, and what names what directly. What a stream's items mean for the links
 * of its repository is told afterwards, by `linkStreams`, when all is known. What can't be read is a gap about it alone, where it has
 * a name, else about the whole API.
 *
 * @param apiName - `openshift:api.example:6443`: the scopes of all that is stated begin with it.
 */
export function stateImages(sink: Sink, apiName: string): ImageStatements {
  const repositories = new Map<string, ResourceId[]>();
  const maxBytes = new Map<string, number>();
  return {
    object: (object) => {
      const kind = imageApiKind(object);
      if (kind === 'Image') stateImage(sink, apiName, object);
      else if (kind === 'ImageStream') {
        const { namespace = '' } = object.metadata ?? {};
        const repository = stateStream(sink, apiName, object);
        const others = repositories.get(namespace);
        if (repository !== undefined && others === undefined) repositories.set(namespace, [repository]);
        else if (repository !== undefined) others?.push(repository);
      } else if (kind === 'LimitRange') {
        const { namespace = '', name = '' } = object.metadata ?? {};
        const limit = readImageLimit(object);
        if (limit.maxBytes !== undefined)
          maxBytes.set(namespace, Math.min(limit.maxBytes, maxBytes.get(namespace) ?? limit.maxBytes));
        if (limit.unreadable !== undefined)
          sink.gap({
            ...{ scope: `${apiName}/${namespace}`, hides: 'references', source: apiName },
            cause: `reading LimitRange ${namespace}/${name}: ${limit.unreadable} is no quantity`,
          });
      }
    },
    done: () => {
      for (const [namespace, limit] of maxBytes)
        for (const repository of repositories.get(namespace) ?? [])
          sink.exists(repository, { attributes: { 'max-image-bytes': String(limit) } });
    },
  };
}

/** Which of the kinds of the image API an object is, if any. Other groups have an `Image`, too. */
export function imageApiKind({
  apiVersion = '',
  kind,
}: KubeObject): 'Image' | 'ImageStream' | 'LimitRange' | undefined {
  if (kind === 'LimitRange') return apiVersion === 'v1' ? kind : undefined;
  if (kind !== 'Image' && kind !== 'ImageStream') return undefined;
  return apiVersion === 'v1' || apiVersion.startsWith('image.openshift.io/') ? kind : undefined;
}

function stateImage(sink: Sink, apiName: string, object: KubeObject): void {
  const { name, creationTimestamp, resourceVersion } = object.metadata ?? {};
  if (!isDigest(name)) {
    const cause = `reading the Image ${JSON.stringify(name ?? '')}: its name is no digest`;
    sink.gap({ scope: apiName, hides: 'references', source: apiName, cause });
    return;
  }
  const reading = readImage(object);
  const { managed, opaque, sizeBytes } = reading;
  const image = sink.resource('image-object', apiName, name);
  const createdAtMs = objectTimeMs(creationTimestamp);
  // Field by field, not spread: there may be a hundred thousand, and spreads leave much behind.
  const attributes: Record<string, string> = {};
  if (managed !== undefined) attributes['annotation:openshift.io/image.managed'] = managed;
  if (resourceVersion !== undefined) attributes['resource-version'] = resourceVersion;
  if (opaque !== undefined) {
    attributes['opaque'] = opaque.because;
    attributes['may-name'] = opaque.mayName;
  }
  const about: { -readonly [Field in keyof About]: About[Field] } = {};
  if (sizeBytes !== undefined) about.sizeBytes = sizeBytes;
  if (createdAtMs !== undefined) about.createdAtMs = createdAtMs;
  if (managed !== undefined || resourceVersion !== undefined || opaque !== undefined) about.attributes = attributes;
  sink.exists(image, about);
  stateParts(sink, apiName, image, name, reading);
}

function stateParts(sink: Sink, apiName: string, image: ResourceId, name: string, reading: ImageReading): void {
  const { manifestBytes, layers, config, children, subject, opaque } = reading;
  const blob = (digest: string, sizeBytes: number | undefined): ResourceId => {
    const id = sink.resource('blob', apiName, digest);
    sink.exists(id, sizeBytes === undefined ? {} : { sizeBytes });
    return id;
  };
  const object = (digest: string) => sink.resource('image-object', apiName, digest);
  sink.refers(image, blob(name, manifestBytes), 'link');
  for (const layer of layers) sink.refers(image, blob(layer.digest, layer.sizeBytes), 'layer');
  if (config !== undefined) sink.refers(image, blob(config.digest, config.sizeBytes), 'config');
  for (const child of children) sink.refers(image, object(child), 'child');
  if (subject !== undefined) sink.refers(image, object(subject), 'subject');
  if (opaque === undefined) return;
  const { what, stays } = pinnedBy[opaque.mayName];
  sink.gap({
    ...{ scope: `image-object ${apiName}/${name}`, hides: 'references', source: apiName },
    cause: `reading the Image ${name}: ${opaque.because}; so it may need ${what}`,
    hint: `while it is there, ${stays} (no flag changes that): see oc get image ${name} -o yaml, and delete it if nobody needs it`,
  });
  for (const digest of opaque.digests) {
    if (digest === name) continue;
    sink.refers(image, object(digest), 'opaque');
    sink.refers(image, sink.resource('blob', apiName, digest), 'opaque');
  }
}

/** What an Image that can't be read pins. */
const pinnedBy: Readonly<Record<Opaque['mayName'], { readonly what: string; readonly stays: string }>> = {
  anything: { what: 'any other Image', stays: 'no Image goes, and no data of any' },
  configs: { what: 'the config of any other', stays: 'no config of any Image goes from the registry' },
};

/** @returns the stream's repository; undefined: it has no name. */
function stateStream(sink: Sink, apiName: string, object: KubeObject): ResourceId | undefined {
  const { namespace, name, creationTimestamp } = object.metadata ?? {};
  const source = apiName;
  if (namespace === undefined || name === undefined) {
    sink.gap({ scope: apiName, hides: 'existence', source, cause: 'reading an ImageStream: it has no name' });
    return undefined;
  }
  const createdAtMs = objectTimeMs(creationTimestamp);
  const repository = sink.resource('repository', apiName, `${namespace}/${name}`);
  sink.exists(repository, createdAtMs === undefined ? {} : { createdAtMs });
  const scope = `${apiName}/${namespace}/${name}`;
  const history = readHistory(object);
  if (history === undefined) {
    // What it has can't be told, and may be any image.
    const cause = `reading the ImageStream ${namespace}/${name}: its status is not as it should be`;
    sink.gap({ scope: apiName, hides: 'references', source, cause });
    return repository;
  }
  for (const { tag, index, image, created } of history) {
    const item = sink.resource('stream-item', scope, streamItemKey({ tag, index, image }));
    const itemCreatedAtMs = objectTimeMs(created);
    sink.exists(item, itemCreatedAtMs === undefined ? {} : { createdAtMs: itemCreatedAtMs });
    if (isDigest(image)) sink.refers(item, sink.resource('image-object', apiName, image), 'names');
    else {
      const cause = `reading the ImageStream ${namespace}/${name}: ${tag}[${index}] names ${JSON.stringify(image)}, which is no digest`;
      sink.gap({ scope: `${scope}:${streamItemKey({ tag, index, image })}`, hides: 'references', source, cause });
    }
  }
  return repository;
}
