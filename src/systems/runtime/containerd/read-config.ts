import type { ContainerdServices } from '../grpc/containerd-services.ts';

/** What an image's config tells of it. */
export interface ImageConfig {
  readonly created?: string;
  readonly config?: { readonly Labels?: Readonly<Record<string, unknown>> | null } | null;
}

/** Of a manifest or an index, as much as leads to a config. */
interface Manifest {
  readonly manifests?: readonly { readonly digest?: string }[];
  readonly config?: { readonly digest?: string };
}

/** Documents are small; what is larger is none. */
const MAX_BYTES = 8 * 1024 * 1024;

/**
 * The config of an image, of an index that of its first platform that is there.
 *
 * @param present - digests of what the content store has
 * @returns undefined where it can't be read: nothing is known of its labels then
 */
export async function readConfig(
  services: ContainerdServices,
  target: string,
  present: ReadonlyMap<string, number>,
  signal: AbortSignal,
): Promise<ImageConfig | undefined> {
  const manifest = (await readJson(services, target, present, signal)) as Manifest | undefined;
  for (const { digest } of manifest?.manifests ?? []) {
    const found = digest === undefined ? undefined : await readConfig(services, digest, present, signal);
    if (found !== undefined) return found;
  }
  const config = manifest?.config?.digest;
  return config === undefined ? undefined : ((await readJson(services, config, present, signal)) as ImageConfig);
}

async function readJson(
  { channel }: ContainerdServices,
  digest: string,
  present: ReadonlyMap<string, number>,
  signal: AbortSignal,
): Promise<object | undefined> {
  const sizeBytes = present.get(digest);
  if (sizeBytes === undefined || sizeBytes > MAX_BYTES) return undefined;
  const parts: Uint8Array[] = [];
  for await (const { data } of channel.content.stream<{ data: Uint8Array }>('Read', { digest }, signal))
    parts.push(data);
  try {
    const value: unknown = JSON.parse(Buffer.concat(parts).toString('utf8'));
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
