import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { parseStreamItemKey, streamIn } from '../../src/evidence/stream-item.ts';
import type { Digest } from '../../src/oci/digest.ts';
import type { Action } from '../../src/plan/action.ts';
import { defaultMinAgeMs, type PruneImagesPolicy } from '../../src/policy/prune-images/policy.ts';

/*
 * `cases.json` holds what `oc adm prune images` does in 80 situations: small worlds with options, and what goes. Ids are stable; other
 * pages name them. Images, layers and configs have short names (`D0`, `L1`, `Config1`); their digests are made from them.
 *
 * What a row leaves out: an image is managed, very old, has the layers L1 to L4 and no config; streams, items and workloads are very
 * old; a workload lives in namespace foo.
 */

const ageMinutes = z.number().optional();

const caseSchema = z.strictObject({
  id: z.string(),
  title: z.string(),
  images: z.array(
    z.strictObject({
      name: z.string(),
      ageMinutes,
      layers: z.array(z.string()).optional(),
      config: z.string().optional(),
      /** The annotation; null: there is none. */
      managed: z.string().nullable().optional(),
      sizeBytes: z.number().optional(),
      children: z.array(z.string()).optional(),
      /** Whose media types it has; `docker` unless said otherwise. */
      format: z.enum(['docker', 'oci']).optional(),
    }),
  ),
  streams: z.array(
    z.strictObject({
      namespace: z.string(),
      name: z.string(),
      ageMinutes,
      /** Histories, newest first. */
      tags: z.record(z.string(), z.array(z.strictObject({ image: z.string(), ageMinutes }))),
    }),
  ),
  workloads: z.array(
    z.strictObject({
      kind: z.string(),
      name: z.string(),
      /** `@D0` stands for that image's digest. */
      image: z.string(),
      phase: z.string().optional(),
      ageMinutes,
      /** Of a build: the kind of its `from`. */
      from: z.enum(['DockerImage', 'ImageStreamImage', 'ImageStreamTag']).optional(),
      fromNamespace: z.string().optional(),
      strategy: z.enum(['source', 'docker', 'custom']).optional(),
    }),
  ),
  options: z.strictObject({
    all: z.boolean().optional(),
    keepTagRevisions: z.number().optional(),
    keepYoungerThanMinutes: z.number().optional(),
    pruneOverSizeLimit: z.boolean().optional(),
    pruneRegistry: z.boolean().optional(),
    namespace: z.string().optional(),
    ignoreInvalidRefs: z.boolean().optional(),
  }),
  /** What can't be done: one blob by name or all (`*`), all links, every update of a stream. */
  failing: z
    .strictObject({
      blob: z.string().optional(),
      manifestLink: z.boolean().optional(),
      layerLink: z.boolean().optional(),
      stream: z.boolean().optional(),
    })
    .optional(),
  /** Bytes, by namespace: one LimitRange each. */
  limits: z.record(z.string(), z.array(z.number())).optional(),
  /** What goes, or is tried where something fails; what is left out: nothing. */
  expected: z.strictObject({
    streamTags: z.array(z.string()).optional(),
    streamItems: z.array(z.string()).optional(),
    layerLinks: z.array(z.string()).optional(),
    manifestLinks: z.array(z.string()).optional(),
    blobs: z.array(z.string()).optional(),
    images: z.array(z.string()).optional(),
    /** `blob D4`, `Build/build1`: what could not be removed, or who has a name that can't be read. */
    errors: z.array(z.string()).optional(),
  }),
});

export type OcCase = z.infer<typeof caseSchema>;

/** What goes, by short names: `foo/bar:latest[3]@D4`, `foo/bar@L1`, `D4`; sorted. */
export interface Removed {
  readonly streamTags: readonly string[];
  readonly streamItems: readonly string[];
  readonly layerLinks: readonly string[];
  readonly manifestLinks: readonly string[];
  readonly blobs: readonly string[];
  readonly images: readonly string[];
}

export const ocCases: readonly OcCase[] = z
  .array(caseSchema)
  .parse(JSON.parse(readFileSync(new URL('cases.json', import.meta.url), 'utf8')));

/** @throws when there is no such row. */
export function ocCase(id: string): OcCase {
  const found = ocCases.find((one) => one.id === id);
  if (found === undefined) throw new Error(`there is no case ${id}`);
  return found;
}

/** The digest that a short name stands for. */
export function digestOf(name: string): Digest {
  return `sha256:${createHash('sha256').update(name).digest('hex')}`;
}

/** The policy that the options of a case mean. */
export function policyOf({ options }: Pick<OcCase, 'options'>): PruneImagesPolicy {
  return {
    all: options.all ?? true,
    keepYoungerThanMs: (options.keepYoungerThanMinutes ?? 60) * 60_000,
    keepTagRevisions: options.keepTagRevisions ?? 3,
    pruneOverSizeLimit: options.pruneOverSizeLimit ?? false,
    pruneRegistry: options.pruneRegistry ?? true,
    ...(options.namespace === undefined ? {} : { namespace: options.namespace }),
    minAgeMs: defaultMinAgeMs,
  };
}

export function expectedOf({ expected }: OcCase): Removed {
  const { streamTags = [], streamItems = [], layerLinks = [], manifestLinks = [], blobs = [], images = [] } = expected;
  return sorted({ streamTags, streamItems, layerLinks, manifestLinks, blobs, images });
}

/** What actions remove, by the short names of a case. */
export function removedBy(one: OcCase, actions: Iterable<Action>): Removed {
  const nameOf = shortNames(one);
  const removed = {
    ...{ streamTags: [] as string[], streamItems: [] as string[], layerLinks: [] as string[] },
    ...{ manifestLinks: [] as string[], blobs: [] as string[], images: [] as string[] },
  };
  for (const { do: kind, target, emptiesTag } of actions) {
    const stream = streamIn(target.scope);
    if (kind === 'delete-stream-item') {
      const { tag, index, image } = parseStreamItemKey(target.key) ?? { tag: '?', index: -1, image: '?' };
      removed.streamItems.push(`${stream}:${tag}[${index}]@${nameOf(image)}`);
      if (emptiesTag === true) removed.streamTags.push(`${stream}:${tag}`);
    } else if (kind === 'delete-layer-link') removed.layerLinks.push(`${stream}@${nameOf(target.key)}`);
    else if (kind === 'delete-manifest-link') removed.manifestLinks.push(`${stream}@${nameOf(target.key)}`);
    else if (kind === 'delete-blob') removed.blobs.push(nameOf(target.key));
    else if (kind === 'delete-image') removed.images.push(nameOf(target.key));
    else throw new Error(`a plan for images does ${kind}`);
  }
  return sorted(removed);
}

/** From digests back to the names in a case. */
export function shortNames({ images, streams }: Pick<OcCase, 'images' | 'streams'>): (digest: string) => string {
  const names = [
    ...['L1', 'L2', 'L3', 'L4'],
    ...images.flatMap(({ name, layers = [], config, children = [] }) => [name, ...layers, config ?? '', ...children]),
    ...streams.flatMap(({ tags }) => Object.values(tags).flatMap((items) => items.map(({ image }) => image))),
  ];
  const byDigest = new Map<string, string>(names.map((name) => [digestOf(name), name]));
  return (digest) => byDigest.get(digest) ?? digest;
}

function sorted(removed: Removed): Removed {
  return Object.fromEntries(
    Object.entries(removed).map(([what, names]) => [what, [...names].sort()]),
  ) as unknown as Removed;
}
