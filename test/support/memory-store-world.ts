import type { Digest } from '../../src/oci/digest.ts';
import { mediaTypes } from '../../src/oci/media-type.ts';
import { digestOf } from './push-image.ts';

/** A link as it lies there. `target` differs from its name for an alias alone; an empty link is not whole. */
export interface WorldLink {
  readonly target: Digest;
  readonly atMs: number;
  readonly isWhole: boolean;
}

export interface WorldTag {
  /** `undefined`: its link is empty. */
  current: Digest | undefined;
  readonly history: Map<Digest, number>;
}

export interface WorldRepository {
  readonly layers: Map<Digest, WorldLink>;
  /** Revision links: when each was written. */
  readonly revisions: Map<Digest, number>;
  readonly tags: Map<string, WorldTag>;
  readonly uploads: Map<string, { readonly sizeBytes: number; readonly atMs: number }>;
}

/**
 * Storage of Distribution in memory, for tests to look into and to change behind the store's back, as pushes do. Its clock ticks a
 * millisecond a look, and can be set forward.
 */
export interface StoreWorld {
  readonly blobs: Map<Digest, { readonly bytes: Buffer; readonly atMs: number }>;
  readonly repositories: Map<string, WorldRepository>;
  readonly temporary: Map<string, { readonly sizeBytes: number; readonly atMs: number }>;
  /** Hidden data by digest. */
  readonly quarantine: Map<Digest, { readonly bytes: Buffer; readonly atMs: number; runId: string; sinceMs: number }>;
  /** What Winnow noted. */
  readonly notes: Map<Digest, { readonly runId: string; readonly atMs: number }>;
  readonly clock: { now(): number; forward(ms: number): void };
  repository(name: string): WorldRepository;
}

export function createStoreWorld(startMs = Date.UTC(2026, 0, 1)): StoreWorld {
  let nowMs = startMs;
  const repositories = new Map<string, WorldRepository>();
  return {
    blobs: new Map(),
    repositories,
    temporary: new Map(),
    quarantine: new Map(),
    notes: new Map(),
    clock: {
      now: () => {
        nowMs += 1;
        return nowMs;
      },
      forward: (ms) => {
        nowMs += ms;
      },
    },
    repository: (name) => {
      let found = repositories.get(name);
      if (found === undefined) {
        found = { layers: new Map(), revisions: new Map(), tags: new Map(), uploads: new Map() };
        repositories.set(name, found);
      }
      return found;
    },
  };
}

/** Uploads a blob as a registry does: data that is there keeps its time, the link is always written anew. */
export function uploadBlob(world: StoreWorld, repository: string, text: string): Digest {
  const bytes = Buffer.from(text);
  const digest = digestOf(bytes) as Digest;
  if (!world.blobs.has(digest)) world.blobs.set(digest, { bytes, atMs: world.clock.now() });
  linkBlob(world, repository, digest);
  return digest;
}

/** Writes a layer link, as an upload and a mount do at their end. */
export function linkBlob(world: StoreWorld, repository: string, digest: Digest, name: Digest = digest): void {
  world.repository(repository).layers.set(name, { target: digest, atMs: world.clock.now(), isWhole: true });
}

/** Writes a manifest with its revision and tags. What it names need not be there: a registry may have looked into its cache. */
export function putManifestBytes(
  world: StoreWorld,
  repository: string,
  bytes: Buffer,
  tags: readonly string[] = [],
): Digest {
  const digest = digestOf(bytes) as Digest;
  const stored = world.repository(repository);
  if (!world.blobs.has(digest)) world.blobs.set(digest, { bytes, atMs: world.clock.now() });
  stored.revisions.set(digest, world.clock.now());
  for (const name of tags) {
    const tag = stored.tags.get(name) ?? { current: undefined, history: new Map<Digest, number>() };
    tag.history.set(digest, world.clock.now());
    tag.current = digest;
    stored.tags.set(name, tag);
  }
  return digest;
}

export interface PushedImage {
  readonly digest: Digest;
  readonly config: Digest;
  readonly layers: readonly Digest[];
}

/** Pushes an image: layers and config are uploaded, then the manifest. */
export function pushStoreImage(
  world: StoreWorld,
  repository: string,
  content: { readonly tags?: readonly string[]; readonly layers?: readonly string[]; readonly label?: string } = {},
): PushedImage {
  const texts = content.layers ?? ['layer'];
  const layers = texts.map((text) => uploadBlob(world, repository, text));
  const configText = JSON.stringify({ architecture: 'amd64', os: 'linux', config: { Labels: { is: content.label } } });
  const config = uploadBlob(world, repository, configText);
  const bytes = imageManifest(
    { digest: config, sizeBytes: Buffer.byteLength(configText) },
    layers.map((digest, n) => ({ digest, sizeBytes: Buffer.byteLength(texts[n] as string) })),
  );
  return { digest: putManifestBytes(world, repository, bytes, content.tags), config, layers };
}

interface Part {
  readonly digest: Digest;
  readonly sizeBytes: number;
}

export function imageManifest(config: Part, layers: readonly Part[]): Buffer {
  const describe = (mediaType: string, { digest, sizeBytes: size }: Part) => ({ mediaType, digest, size });
  const body = {
    ...{ schemaVersion: 2, mediaType: mediaTypes.ociManifest, config: describe(mediaTypes.ociConfig, config) },
    layers: layers.map((layer) => describe(mediaTypes.ociLayer, layer)),
  };
  return Buffer.from(JSON.stringify(body));
}

export function indexManifest(children: readonly Part[]): Buffer {
  const manifests = children.map(({ digest, sizeBytes: size }) => {
    return { mediaType: mediaTypes.ociManifest, digest, size };
  });
  return Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests }));
}

/** All that lies there, as text: to compare worlds. Times are left out. */
export function storePicture(world: StoreWorld): string {
  return [
    ...[...world.blobs.keys()].map((digest) => `blob ${digest}`),
    ...[...world.quarantine.keys()].map((digest) => `hidden ${digest}`),
    ...[...world.notes.keys()].map((digest) => `noted ${digest}`),
    ...[...world.temporary.keys()].map((path) => `temporary ${path}`),
    ...[...world.repositories].flatMap(([name, { layers, revisions, tags, uploads }]) => [
      `repository ${name}`,
      ...[...layers.keys()].map((digest) => `link ${name}@${digest}`),
      ...[...revisions.keys()].map((digest) => `revision ${name}@${digest}`),
      ...[...tags].map(([tag, { current }]) => `tag ${name}:${tag} ${current}`),
      ...[...tags].flatMap(([tag, { history }]) => [...history.keys()].map((one) => `history ${name}:${tag} ${one}`)),
      ...[...uploads.keys()].map((uuid) => `upload ${name} ${uuid}`),
    ]),
  ]
    .sort()
    .join('\n');
}

/** Tags that can't be pulled: what they name, down to configs and layers, has no data or no link. Empty when all is well. */
export function brokenTags(world: StoreWorld): readonly string[] {
  const broken: string[] = [];
  for (const [name, { tags, revisions, layers }] of world.repositories) {
    const look = (digest: Digest, way: string): void => {
      const data = world.blobs.get(digest);
      if (!revisions.has(digest)) return void broken.push(`${way}: no revision`);
      if (data === undefined) return void broken.push(`${way}: no data`);
      const body = JSON.parse(data.bytes.toString('utf8')) as {
        manifests?: { digest: Digest }[];
        layers?: { digest: Digest }[];
        config?: { digest: Digest };
      };
      for (const child of body.manifests ?? []) look(child.digest, `${way} → ${child.digest}`);
      for (const { digest: part } of [...(body.config ? [body.config] : []), ...(body.layers ?? [])]) {
        const target = layers.get(part)?.target;
        if (target === undefined) broken.push(`${way} → ${part}: no link`);
        else if (!world.blobs.has(target)) broken.push(`${way} → ${part}: no data`);
      }
    };
    for (const [tag, { current }] of tags) if (current !== undefined) look(current, `${name}:${tag}`);
  }
  return broken;
}
