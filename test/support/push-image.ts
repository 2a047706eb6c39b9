import { createHash } from 'node:crypto';

/** Where to push: a base URL, with headers (`authorization`) if it asks for them. Plain HTTP. */
export type Target = string | { readonly url: string; readonly headers?: Readonly<Record<string, string>> };

export interface PushedBlob {
  readonly mediaType: string;
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
}

export interface PushedManifest extends PushedBlob {
  readonly bytes: Uint8Array;
}

export interface PushedImage extends PushedManifest {
  readonly config: PushedBlob;
  readonly layers: readonly PushedBlob[];
}

const OCI = {
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  index: 'application/vnd.oci.image.index.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
  empty: 'application/vnd.oci.empty.v1+json',
};
const DOCKER = {
  manifest: 'application/vnd.docker.distribution.manifest.v2+json',
  index: 'application/vnd.docker.distribution.manifest.list.v2+json',
  config: 'application/vnd.docker.container.image.v1+json',
  layer: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
};

export interface ImageOptions {
  /** Default: pushed by digest alone. */
  readonly tag?: string;
  /** Each layer's bytes. Default: one of a few bytes, the same for every image. */
  readonly layers?: readonly (string | Uint8Array)[];
  /** Goes into the config, so that two images with the same layers have different digests. */
  readonly label?: string;
  readonly created?: Date;
  readonly architecture?: string;
  /** Docker's media types instead of OCI's. */
  readonly docker?: boolean;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Pushes an image: layers, config, manifest. */
export async function pushImage(target: Target, repository: string, options: ImageOptions = {}): Promise<PushedImage> {
  const types = options.docker ? DOCKER : OCI;
  const layers: PushedBlob[] = [];
  for (const layer of options.layers ?? ['a small layer'])
    layers.push(await pushBlob(target, repository, layer, types.layer));
  const config = await pushBlob(target, repository, configOf(options, layers), types.config);
  const body = {
    schemaVersion: 2,
    mediaType: types.manifest,
    config,
    layers,
    ...(options.annotations === undefined ? {} : { annotations: options.annotations }),
  };
  return { ...(await pushManifest(target, repository, body, options.tag)), config, layers };
}

function configOf(options: ImageOptions, layers: readonly PushedBlob[]): string {
  return JSON.stringify({
    architecture: options.architecture ?? 'amd64',
    os: 'linux',
    created: (options.created ?? new Date('2024-01-01T00:00:00Z')).toISOString(),
    config: { Labels: { label: options.label ?? '' } },
    rootfs: { type: 'layers', diff_ids: layers.map(({ digest }) => digest) },
  });
}

/** Pushes an index (or Docker manifest list) over images that are in the repository already. */
export function pushIndex(
  target: Target,
  repository: string,
  children: readonly (PushedBlob & { readonly architecture?: string })[],
  options: { readonly tag?: string; readonly docker?: boolean } = {},
): Promise<PushedManifest> {
  const manifests = children.map(({ mediaType, digest, size, architecture = 'amd64' }) => {
    return { mediaType, digest, size, platform: { os: 'linux', architecture } };
  });
  const mediaType = options.docker ? DOCKER.index : OCI.index;
  return pushManifest(target, repository, { schemaVersion: 2, mediaType, manifests }, options.tag);
}

/**
 * Pushes an artifact whose `subject` is another manifest (an SBOM, a signature).
 *
 * @param options.fallbackTag - also writes the tag `sha256-<hex>`, as clients do for servers without a Referrers API
 */
export async function pushReferrer(
  target: Target,
  repository: string,
  subject: PushedBlob,
  options: { readonly artifactType?: string; readonly content?: string; readonly fallbackTag?: boolean } = {},
): Promise<PushedManifest> {
  const artifactType = options.artifactType ?? 'application/spdx+json';
  const config = await pushBlob(target, repository, '{}', OCI.empty);
  const layer = await pushBlob(target, repository, options.content ?? '{"sbom":true}', artifactType);
  const { mediaType, digest, size } = subject;
  const body = {
    ...{ schemaVersion: 2, mediaType: OCI.manifest, artifactType, config, layers: [layer] },
    subject: { mediaType, digest, size },
  };
  const referrer = await pushManifest(target, repository, body);
  if (options.fallbackTag) {
    const listed = { mediaType: referrer.mediaType, digest: referrer.digest, size: referrer.size, artifactType };
    await addToFallbackTag(target, repository, digest.replace(':', '-'), listed);
  }
  return referrer;
}

/** Reads the index under the tag, if there is one, and writes it back with one entry more. */
async function addToFallbackTag(target: Target, repository: string, tag: string, listed: object): Promise<void> {
  const own = typeof target === 'string' ? {} : target.headers;
  const url = new URL(`/v2/${repository}/manifests/${tag}`, urlOf(target));
  const response = await fetch(url, { headers: { ...own, accept: OCI.index } });
  const before = response.ok ? ((await response.json()) as { manifests: object[] }).manifests : [];
  const index = { schemaVersion: 2, mediaType: OCI.index, manifests: [...before, listed] };
  await pushManifest(target, repository, index, tag);
}

/** Pushes what `cosign sign` pushes: an image under the tag `sha256-<hex>.sig`, without a `subject`. */
export async function pushCosignSignature(
  target: Target,
  repository: string,
  signed: PushedBlob,
  suffix: 'sig' | 'att' | 'sbom' = 'sig',
): Promise<PushedImage & { readonly tag: string }> {
  const tag = `${signed.digest.replace(':', '-')}.${suffix}`;
  const layers = [JSON.stringify({ critical: { image: { 'docker-manifest-digest': signed.digest } } })];
  return { ...(await pushImage(target, repository, { tag, layers, label: tag })), tag };
}

/** Pushes any JSON (or exact bytes) as a manifest, under a tag or by its digest. `mediaType` is read from the body. */
export async function pushManifest(
  target: Target,
  repository: string,
  body: Readonly<Record<string, unknown>> | Uint8Array,
  reference?: string,
): Promise<PushedManifest> {
  const bytes = body instanceof Uint8Array ? body : Buffer.from(JSON.stringify(body));
  const mediaType = String(JSON.parse(Buffer.from(bytes).toString('utf8'))['mediaType']);
  const digest = digestOf(bytes);
  const path = `/v2/${repository}/manifests/${reference ?? digest}`;
  await send(target, 'PUT', path, bytes, { 'content-type': mediaType });
  return { mediaType, digest, size: bytes.length, bytes };
}

/** Pushes a blob in two requests, as small ones can be. */
export async function pushBlob(
  target: Target,
  repository: string,
  content: string | Uint8Array,
  mediaType = 'application/octet-stream',
): Promise<PushedBlob> {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  const digest = digestOf(bytes);
  const started = await send(target, 'POST', `/v2/${repository}/blobs/uploads/`);
  const location = new URL(started.headers.get('location') ?? '', urlOf(target));
  location.searchParams.set('digest', digest);
  await send(target, 'PUT', location.href, bytes, { 'content-type': 'application/octet-stream' });
  return { mediaType, digest, size: bytes.length };
}

/** Points another tag at a manifest. */
export function pushTag(
  target: Target,
  repository: string,
  tag: string,
  manifest: PushedManifest,
): Promise<PushedManifest> {
  return pushManifest(target, repository, manifest.bytes, tag);
}

export function digestOf(bytes: Uint8Array | string): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

function urlOf(target: Target): string {
  return typeof target === 'string' ? target : target.url;
}

async function send(
  target: Target,
  method: string,
  path: string,
  body?: Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const own = typeof target === 'string' ? {} : target.headers;
  const response = await fetch(new URL(path, urlOf(target)), {
    method,
    headers: { ...own, ...headers },
    ...(body === undefined ? {} : { body: Buffer.from(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} on ${urlOf(target)}: ${response.status} ${text.slice(0, 500)}`);
  return response;
}
